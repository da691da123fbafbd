require 'socket'

$stdout.sync = true
server = TCPServer.new(4567)
loop do
  client = server.accept
  line = client.gets.to_s.strip
  nil while client.gets.to_s.strip != ''
  body = "#{line}\n"
  client.write "HTTP/1.1 200 OK\r\nContent-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n#{body}"
  client.close
end
