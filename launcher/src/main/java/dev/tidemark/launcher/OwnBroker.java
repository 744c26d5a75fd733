package dev.tidemark.launcher;

import dev.tidemark.deployment.BrokerHome;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;

/**
 * The broker of a deployment's own, as another process finds it.
 *
 * @param home where it keeps its data and its address
 */
record OwnBroker(BrokerHome home) {

    private static final int PROBE_MILLIS = 1000;

    /**
     * Whether it accepts connections, and goes on doing so: one whose launcher was killed ends as soon as it notices.
     */
    boolean runs() throws InterruptedException {
        if (!accepts()) {
            return false;
        }
        Thread.sleep(TetheredMain.PERIOD.multipliedBy(2).toMillis());
        return accepts();
    }

    /** One that was killed itself leaves its address behind. */
    private boolean accepts() {
        if (!Files.exists(home.addressFile())) {
            return false;
        }
        String address = home.address();
        int colon = address.lastIndexOf(':');
        try (Socket probe = new Socket()) {
            int port = Integer.parseInt(address.substring(colon + 1));
            probe.connect(new InetSocketAddress(address.substring(0, colon), port), PROBE_MILLIS);
            return true;
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            return false;
        }
    }
}
