# A server with the middleware in front of an app that answers everything. As much of Plug as the middleware uses is made
# here.
defmodule Plug do
  @callback init(term) :: term
  @callback call(map, term) :: map
end

defmodule Plug.Conn do
  defstruct method: "", request_path: "", req_headers: [], resp_headers: [], status: nil, halted: false

  def get_req_header(conn, name), do: for({^name, value} <- conn.req_headers, do: value)
  def put_resp_header(conn, name, value), do: %{conn | resp_headers: [{name, value} | conn.resp_headers]}
  def send_resp(conn, status, _body), do: %{conn | status: status}
  def halt(conn), do: %{conn | halted: true}
end

Code.require_file("phoenix.ex", __DIR__)

defmodule Server do
  def run do
    {:ok, listener} = :gen_tcp.listen(0, [:binary, packet: :http_bin, active: false, ip: {127, 0, 0, 1}, reuseaddr: true])
    {:ok, port} = :inet.port(listener)
    IO.puts(port)
    accept(listener)
  end

  defp accept(listener) do
    {:ok, socket} = :gen_tcp.accept(listener)
    {:ok, {:http_request, method, {:abs_path, target}, _version}} = :gen_tcp.recv(socket, 0)
    path = target |> String.split("?") |> hd()
    conn = %Plug.Conn{method: to_string(method), request_path: path, req_headers: headers(socket)}
    conn = FlyReplay.call(conn, FlyReplay.init([]))
    status = if conn.halted, do: conn.status, else: 200
    lines = for {name, value} <- conn.resp_headers, do: "#{name}: #{value}\r\n"
    :gen_tcp.send(socket, ["HTTP/1.1 #{status} X\r\n", lines, "\r\n"])
    :gen_tcp.close(socket)
    accept(listener)
  end

  defp headers(socket) do
    case :gen_tcp.recv(socket, 0) do
      {:ok, {:http_header, _, name, _, value}} -> [{String.downcase(to_string(name)), value} | headers(socket)]
      {:ok, :http_eoh} -> []
    end
  end
end

Server.run()
