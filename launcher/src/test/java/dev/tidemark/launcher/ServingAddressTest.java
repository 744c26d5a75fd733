package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServingAddressTest {

    @ParameterizedTest
    @CsvSource({
        "serving ready at http://127.0.0.1:8686, http://127.0.0.1:8686",
        "serving ready at http://shop.example:80, http://shop.example:80",
        "serving ready at http://0.0.0.0:8686, http://127.0.0.1:8686"
    })
    void itIsWhatTheServingLayerSays(String line, String address) {
        assertEquals(address, ServingAddress.ofReadyLine(line).toString());
    }

    @Test
    void aPortThatIsNotKnownBeforeItListensIsNoObstacle() throws Exception {
        assertEquals("it does not listen yet", ServingAddress.expected(0).notReady());
    }
}
