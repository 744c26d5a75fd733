package dev.tidemark.serving.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tidemark.serving.problem.HttpProblem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryStringTest {

    @Test
    void escapesAreResolvedInNamesAndValues() {
        assertEquals(
                Map.of("filter[region]", List.of("Zürich & Bern", "a=b", ""), "by", List.of("")),
                QueryString.parse("filter%5Bregion%5D=Z%C3%BCrich+%26%20Bern&&filter[region]=a=b&filter[region]=&by"));
    }

    @Test
    void charactersThatAreNotEscapedStandForThemselves() {
        assertEquals(
                Map.of("filter[region]", List.of("Zürich\uFFFD")), QueryString.parse("filter[region]=Zürich\uFFFD"));
        assertEquals(Map.of(), QueryString.parse(null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%%", "%%%", "%z", "%zz", "EU%4", "%C3", "%C3x", "%FF", "%ED%A0%80"})
    void aBrokenEscapeIsRefusedByTheParametersName(String value) {
        HttpProblem problem =
                assertThrows(HttpProblem.class, () -> QueryString.parse("limit=1&filter%5Bregion%5D=" + value));
        assertEquals("filter[region]", problem.toJson().get("field"));
        assertEquals(400, problem.status());
    }
}
