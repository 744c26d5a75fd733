package dev.tidemark.broker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class BrokerMainTest {

    private static final int SIGTERM_STATUS = 143;

    @TempDir
    Path directory;

    private Process process;

    @AfterEach
    void leaveNoProcess() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Test
    void theAddressFileLivesAsLongAsTheBrokerServes() throws Exception {
        Path addressFile = directory.resolve("run/broker.address");
        process = start("--data", data(), "--address-file", addressFile.toString());

        String ready = firstLine(process);
        String address = Files.readString(addressFile).strip();
        assertEquals("broker ready at " + address, ready);
        new Topics(address).create("orders");

        process.destroy();
        assertTrue(process.waitFor(60, SECONDS), "the broker did not stop on SIGTERM");
        assertEquals(SIGTERM_STATUS, process.exitValue());
        assertTrue(Files.notExists(addressFile));
    }

    @Test
    void aKilledBrokerComesBackWithItsAddressAndTopics() throws Exception {
        Path addressFile = directory.resolve("broker.address");
        process = start("--data", data(), "--address-file", addressFile.toString());
        String ready = firstLine(process);
        var id = new Topics(Files.readString(addressFile).strip()).create("orders");

        process.destroyForcibly().waitFor();
        process = start("--data", data(), "--address-file", addressFile.toString());
        assertEquals(ready, firstLine(process));
        assertEquals(id, new Topics(Files.readString(addressFile).strip()).idOf("orders"));
    }

    @Test
    void aDirectoryInUseIsOneLineAndStatus1() throws Exception {
        Files.createDirectories(Path.of(data()));
        try (DirectoryLock other = DirectoryLock.acquire(Path.of(data()), Duration.ZERO)) {
            process = start(
                    "--data",
                    data(),
                    "--address-file",
                    directory.resolve("address").toString());
            assertEquals(
                    List.of(
                            "broker: data directory %s is in use by a broker in process %d; stop that broker or choose another directory"
                                    .formatted(data(), ProcessHandle.current().pid())),
                    errors(process));
            assertEquals(1, process.waitFor());
        }
    }

    @Test
    void aWrongCommandLineIsOneLineAndStatus2() throws Exception {
        process = start("--data", data());
        assertEquals(List.of("broker: --address-file is missing; " + BrokerOptions.USAGE), errors(process));
        assertEquals(2, process.waitFor());
    }

    private String data() {
        return directory.resolve("data").toString();
    }

    private static Process start(String... args) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder(
                java,
                "-Xmx512m",
                "-Dlogback.configurationFile=logback-broker.xml",
                "-cp",
                System.getProperty("java.class.path"),
                BrokerMain.class.getName());
        builder.command().addAll(List.of(args));
        return builder.start();
    }

    private static String firstLine(Process process) throws IOException {
        String line = process.inputReader().readLine();
        assertNotNull(line, () -> "the broker ended without a word; stderr: " + errors(process));
        return line;
    }

    private static List<String> errors(Process process) {
        return process.errorReader().lines().toList();
    }
}
