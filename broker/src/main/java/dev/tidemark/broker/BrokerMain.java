package dev.tidemark.broker;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/**
 * The broker as a process of its own:
 *
 * <pre>
 * java -Dlogback.configurationFile=logback-broker.xml -cp … dev.tidemark.broker.BrokerMain \
 *     --data DIR [--port N] [--patience SECONDS] --address-file FILE
 * </pre>
 *
 * <p>When clients can connect it writes the bootstrap address to the address file and prints {@code broker ready at
 * 127.0.0.1:PORT}. SIGTERM or Ctrl-C closes it cleanly and deletes the address file, which kill -9 leaves behind.
 *
 * <p>Exit codes: 1 if it cannot start, 2 if the command line is wrong, each with one line on stderr; 143 or 130 after
 * SIGTERM or Ctrl-C. The logback configuration named above is in this module and sends warnings to stderr; without the
 * property logback would print every debug line of Kafka.
 */
public final class BrokerMain {

    private BrokerMain() {}

    public static void main(String[] args) throws InterruptedException {
        try {
            run(BrokerOptions.parse(args));
        } catch (IllegalArgumentException e) {
            fail(2, e.getMessage() + "; " + BrokerOptions.USAGE);
        } catch (BrokerStartException e) {
            fail(1, e.getMessage());
        } catch (IOException e) {
            fail(1, "cannot write the address file (" + e + "); choose another with --address-file");
        }
        // Only a signal ends the process, through the hook below.
        new CountDownLatch(1).await();
    }

    private static void run(BrokerOptions options) throws IOException {
        EmbeddedBroker broker = EmbeddedBroker.start(options.data(), options.port(), options.patience());
        AddressFile addressFile = new AddressFile(options.addressFile());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(broker, addressFile), "broker-shutdown"));
        addressFile.write(broker.bootstrapServers());
        System.out.println("broker ready at " + broker.bootstrapServers());
    }

    private static void stop(EmbeddedBroker broker, AddressFile addressFile) {
        // The file goes first, so that nobody finds a broker that is going away.
        try (broker) {
            addressFile.delete();
        } catch (IOException e) {
            System.err.println("broker: cannot delete the address file: " + e);
        }
    }

    private static void fail(int status, String message) {
        System.err.println("broker: " + message);
        System.exit(status);
    }
}
