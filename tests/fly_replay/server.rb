# A server with the middleware in front of an app that answers everything.
require "socket"
require_relative "rails"

middleware = FlyReplay.new(->(_env) { [200, {}, ["app"]] })
server = TCPServer.new("127.0.0.1", 0)
puts server.addr[1]
$stdout.flush
loop do
  socket = server.accept
  method, target, = socket.gets.to_s.split
  # As Rack has it: the two headers that CGI calls otherwise have no HTTP_ in front.
  env = { "REQUEST_METHOD" => method, "SCRIPT_NAME" => "", "PATH_INFO" => target.to_s.split("?").first }
  while (line = socket.gets.to_s.strip) != ""
    name, value = line.split(": ", 2)
    name = name.upcase.tr("-", "_")
    env[%w[CONTENT_LENGTH CONTENT_TYPE].include?(name) ? name : "HTTP_#{name}"] = value
  end
  status, headers, = middleware.call(env)
  socket.write("HTTP/1.1 #{status} X\r\n", headers.map { |header| "#{header.join(': ')}\r\n" }.join, "\r\n")
  socket.close
end
