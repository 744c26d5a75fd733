package dev.tidemark.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerOptionsTest {

    @Test
    void thePortIsAnyFreeOneAndThereIsNoPatienceUnlessGiven() {
        assertEquals(
                new BrokerOptions(Path.of("d"), 0, Duration.ZERO, Path.of("a")),
                BrokerOptions.parse("--data", "d", "--address-file", "a"));
        assertEquals(
                new BrokerOptions(Path.of("d"), 9092, Duration.ofSeconds(20), Path.of("a")),
                BrokerOptions.parse("--address-file", "a", "--port", "9092", "--patience", "20", "--data", "d"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--data d | --address-file is missing",
                "--address-file a | --data is missing",
                "--dir d | unknown option --dir",
                "--data | --data needs a value",
                "--data d --address-file a --patience x | --patience must be a number, but is 'x'",
                "--data d --address-file a --patience -1 | --patience must be 0 seconds or more, but is -1",
                "--data d --address-file a --port x | --port must be a number, but is 'x'",
                "--data d --address-file a --port 70000 | --port must be between 0 (any free port) and 65535, but is 70000",
            })
    void aWrongCommandLineIsNamed(String commandLine, String message) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> BrokerOptions.parse(commandLine.split(" ")));
        assertEquals(message, refusal.getMessage());
    }
}
