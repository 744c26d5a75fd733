package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class AnswerFormatTest {

    private static final String ANSWER =
            """
            {"columns":[{"name":"region","type":"string","role":"dimension"},
              {"name":"orders","type":"bigint","role":"measure"},
              {"name":"revenue","type":"decimal(20,2)","role":"measure"},
              {"name":"final","type":"boolean","role":"final"}],
             "rows":[{"region":"EU","orders":2,"revenue":"24.90","final":false},
              {"region":null,"orders":1200,"revenue":null,"final":false},
              {"region":"a \\"b\\", c","orders":1,"revenue":"1.00","final":true}],
             "certificate":{"publication":3,"complete":true,"partitions":[]},
             "freshness":{"behind_records":4,"behind_ms":7,"newest_event":null}}
            """;

    private static JsonNode answer() throws Exception {
        return new ObjectMapper().readTree(ANSWER);
    }

    @Test
    void aTableIsAlignedWithNumbersToTheRightAndSaysHowFarItCounts() throws Exception {
        assertEquals(
                """
                region    orders  revenue  final
                EU             2    24.90  false
                -           1200        -  false
                a "b", c       1     1.00  true

                3 rows, publication 3, complete, behind by 4 records (7 ms)""",
                AnswerFormat.table.write(answer()));
    }

    @Test
    void csvQuotesWhatHasToBeQuotedAndLeavesNullEmpty() throws Exception {
        assertEquals(
                """
                region,orders,revenue,final
                EU,2,24.90,false
                ,1200,,false
                "a ""b"", c",1,1.00,true""",
                AnswerFormat.csv.write(answer()));
    }

    @Test
    void jsonIsTheAnswerOnOneLine() throws Exception {
        String json = AnswerFormat.json.write(answer());
        assertEquals(1, json.lines().count());
        assertEquals(answer(), new ObjectMapper().readTree(json));
    }
}
