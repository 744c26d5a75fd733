package dev.tidemark.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Where a broker of the deployment's own keeps what it needs.
 *
 * @param directory the folder
 */
public record BrokerHome(Path directory) {

    /** The broker's data. */
    public Path data() {
        return directory.resolve("data");
    }

    /** The file that holds {@code host:port} while the broker runs. */
    public Path addressFile() {
        return directory.resolve("address");
    }

    /**
     * The address of the running broker.
     *
     * @throws UnavailableException if none runs
     */
    public String address() {
        try {
            return Files.readString(addressFile()).trim();
        } catch (NoSuchFileException e) {
            throw new UnavailableException(
                    "no broker runs for this deployment: start `tidemark up` or `tidemark broker`,"
                            + " or set kafka.bootstrap.servers in tidemark.yaml");
        } catch (IOException e) {
            throw new UnavailableException("the broker's address cannot be read from " + addressFile() + ": " + e);
        }
    }
}
