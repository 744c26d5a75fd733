package dev.tidemark.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A way to a server on which answers get lost: some are cut off as soon as the server says that it has done what was asked. */
public final class FadingConnection implements AutoCloseable {

    private static final String DONE = "HTTP/1.1 200";

    private final URI server;
    private final ServerSocket socket;
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger toLose = new AtomicInteger();

    public FadingConnection(URI server) throws IOException {
        this.server = server;
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        background(this::accept);
    }

    /** Its own address. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    /** From now on that many answers are lost. */
    public void lose(int answers) {
        toLose.set(answers);
    }

    /** How many were. */
    public int lost() {
        return lost.get();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void background(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // The connection has ended.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (!socket.isClosed()) {
            Socket client = socket.accept();
            Socket upstream = new Socket(server.getHost(), server.getPort());
            background(() -> {
                try (client;
                        upstream) {
                    client.getInputStream().transferTo(upstream.getOutputStream());
                }
            });
            background(() -> {
                try (client;
                        upstream) {
                    answer(upstream.getInputStream(), client.getOutputStream());
                }
            });
        }
    }

    private void answer(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[8_192];
        for (int read = from.read(buffer); read > 0; read = from.read(buffer)) {
            boolean done = new String(buffer, 0, read, StandardCharsets.ISO_8859_1).contains(DONE);
            if (done && toLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                lost.incrementAndGet();
                return;
            }
            to.write(buffer, 0, read);
            to.flush();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
