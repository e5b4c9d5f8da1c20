"""An HTTP server for the tests of the HTTP client: it wants a login, reads forms, breaks off, and remembers what it was asked."""
import hashlib
import http.server
import re
import threading

MUFASA = 'Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl'  # "Mufasa:Circle of Life"
NONCE = 'dcd98b7102dd2f0e8b11d0f600bfb0c093'


class Request:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body


class Clerk:
    """files: path -> bytes. What a path begins with decides what happens to it:

    /digest-ALGORITHM/   Digest authentication for Mufasa with "Circle of Life"
    /echo                the request comes back as a script that prints it
    /cut                 the first two answers break off; Range and If-Range are understood
    /busy                503 with Retry-After: 2 at first
    /fail                the first two connections are closed without an answer
    http://              we are a proxy, and say so; it lets only Mufasa to basic.example and digest.example
    """

    def __init__(self, files):
        self.files, self.requests, self.lock = files, [], threading.Lock()
        clerk = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def log_message(self, *_):
                pass

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
                request = Request(self.command, self.path, dict(self.headers), body.decode())
                with clerk.lock:
                    count = sum(r.path == self.path for r in clerk.requests)
                    clerk.requests.append(request)
                clerk.answer(self, request, count)

            do_GET = do_HEAD = do_POST = do_PUT = handle_any

        self._server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f'http://10.0.2.2:{self.port}'
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, handler, request, count):
        path = request.path
        if path.startswith('http://digest.example/'):
            self._digest(handler, request, 'SHA-256', 407, f'PROXY-SAW {path}')
        elif path.startswith('http://basic.example/') and request.headers.get('Proxy-Authorization') != MUFASA:
            self._say(handler, 407, b'who?', {'Proxy-Authenticate': 'Basic realm="the realm"'})
        elif path.startswith('http://'):
            self._say(handler, 200, f'#!ipxe\necho PROXY-SAW {path}\n'.encode())
        elif path.startswith('/digest-'):
            self._digest(handler, request, path.split('/')[1][len('digest-'):], 401, 'LOGGED-IN')
        elif path.startswith('/echo'):
            lines = [f'{request.method} {path}', *(f'{k}: {v}' for k, v in request.headers.items()), request.body]
            self._say(handler, 200, ('#!ipxe\n' + ''.join(f'echo SAW {line}\n' for line in lines)).encode())
        elif path.startswith('/cut'):
            self._cut(handler, request, count)
        elif path.startswith('/busy') and count == 0:
            self._say(handler, 503, b'later', {'Retry-After': '2'})
        elif path.startswith('/fail') and count < 2:
            handler.close_connection = True
        else:
            self._say(handler, 200, self.files.get(path, b'#!ipxe\necho SERVED\n'))

    @staticmethod
    def _say(handler, status, body, headers=None):
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header('Content-Length', str(len(body)))
        handler.end_headers()
        if handler.command != 'HEAD':
            handler.wfile.write(body)

    def _digest(self, handler, request, algorithm, status, says):
        """RFC 7616, section 3.4; as a server (401) or as a proxy (407)."""
        asks, answers = {401: ('WWW-Authenticate', 'Authorization'), 407: ('Proxy-Authenticate', 'Proxy-Authorization')}[status]

        def h(text):
            return (hashlib.md5 if algorithm.startswith('MD5') else hashlib.sha256)(text.encode()).hexdigest()

        given = dict(re.findall(r'(\w+)="?([^",]*)"?', request.headers.get(answers, '')))
        if given:
            a1 = h('Mufasa:the realm:Circle of Life')
            if algorithm.endswith('-sess'):
                a1 = h(f'{a1}:{NONCE}:{given["cnonce"]}')
            a2 = h(f'{request.method}:{request.path}')
            right = h(f'{a1}:{NONCE}:{given["nc"]}:{given["cnonce"]}:auth:{a2}')
            if given['response'] == right and given['uri'] == request.path and given['username'] == 'Mufasa':
                self._say(handler, 200, f'#!ipxe\necho {says}\n'.encode())
                return
        self._say(handler, status, b'who?', {asks: f'Digest realm="the realm", nonce="{NONCE}", qop="auth,auth-int",'
                                                   f' algorithm={algorithm}'})

    def _cut(self, handler, request, count):
        data = self.files[request.path]
        etag = '"' + hashlib.md5(data).hexdigest() + '"'
        start = 0
        match = re.match(r'bytes=(\d+)-$', request.headers.get('Range', ''))
        if match and request.headers.get('If-Range') == etag:
            start = int(match[1])
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header('Content-Range', f'bytes {start}-{len(data) - 1}/{len(data)}')
        handler.send_header('ETag', etag)
        handler.send_header('Content-Length', str(len(data) - start))
        handler.end_headers()
        if count < 2:
            handler.wfile.write(data[start:start + len(data) // 3])
            handler.close_connection = True
        else:
            handler.wfile.write(data[start:])

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._server.shutdown()
        self._server.server_close()
