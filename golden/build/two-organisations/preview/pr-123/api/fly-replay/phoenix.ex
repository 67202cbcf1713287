# Made by flyarch from two-organisations.toml for shop-api-pr-123: copy it into the app, and change it there.

defmodule FlyReplay do
  @moduledoc """
  Sends writes that arrive outside the primary region there: the answer is the header fly-replay, on which the proxy of
  Fly.io repeats the request in the region of the database. The header alone counts; the status is for people.

  Copy it to lib/fly_replay.ex, and put it in front of all other plugs in endpoint.ex:

      plug FlyReplay

  Limits:

    * A body above 1 MB, or of unknown length, is not replayed: the proxy cannot repeat it. The app gets the request
      here, and writes across regions. Send uploads to a bucket.
    * Requests that upgrade, such as websockets, are not replayed: what has been accepted here stays here.
    * GET, HEAD and OPTIONS are reads, whatever they do. A read right after a write may not show it yet, because
      replicas are behind: answer a write with what it made, or read that from the primary.
    * What was replayed once is never replayed again: with a wrong PRIMARY_REGION it would go round until the proxy
      stops it.
    * Outside Fly.io, where PRIMARY_REGION and FLY_REGION are not set, nothing is replayed.
  """

  @behaviour Plug

  import Plug.Conn

  @reads ~w(GET HEAD OPTIONS TRACE)
  @largest_body 1_000_000

  # What the paths begin with that are replayed; all when it is empty.
  @paths []

  @impl Plug
  def init(options), do: options

  @impl Plug
  def call(conn, _options) do
    primary = System.get_env("PRIMARY_REGION", "")
    here = System.get_env("FLY_REGION", "")

    if primary != "" and here != "" and primary != here and replayable?(conn) do
      conn
      |> put_resp_header("fly-replay", "region=" <> primary)
      |> send_resp(409, "")
      |> halt()
    else
      conn
    end
  end

  defp replayable?(conn) do
    conn.method not in @reads and
      get_req_header(conn, "fly-replay-src") == [] and
      get_req_header(conn, "upgrade") == [] and
      small?(get_req_header(conn, "content-length"), get_req_header(conn, "transfer-encoding")) and
      chosen?(conn.request_path, @paths)
  end

  defp small?([], chunked), do: chunked == []

  defp small?([length | _], _chunked) do
    case Integer.parse(length) do
      {bytes, ""} -> bytes <= @largest_body
      _ -> false
    end
  end

  defp chosen?(_path, []), do: true

  defp chosen?(path, starts) do
    Enum.any?(starts, &String.starts_with?(path <> "/", String.trim_trailing(&1, "/") <> "/"))
  end
end
