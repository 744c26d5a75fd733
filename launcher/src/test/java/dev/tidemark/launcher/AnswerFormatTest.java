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
    void anAnswerOfThePastIsNotSaidToBeBehind() throws Exception {
        JsonNode answer = new ObjectMapper()
                .readTree(
                        """
                        {"columns":[{"name":"orders","type":"bigint","role":"measure"}],"rows":[{"orders":2}],
                         "certificate":{"publication":3,"complete":true,"partitions":[]},"freshness":null}""");
        assertEquals("1 row, publication 3, complete, as of its cut", AnswerFormat.summary(answer));
    }

    private static final String HISTORY =
            """
            {"view":"revenue","compared":{"from":1,"to":4},"entries":[
              {"publication":3,"published_at":"2026-11-03T02:10:00Z","cause":{"kind":"replay","number":7},
               "text":"Publication 3 changed.","problem":null,"more_rows":12,"rows":[
                {"row":{"region":"EU"},"before":{"orders":118,"revenue":"9.50"},"after":{"orders":1200,"revenue":null}},
                {"row":{"region":null},"before":null,"after":{"orders":2}}],
               "reasons":{}}],
             "present":{"text":"Now: the same.","problem":null,"rows":[
                {"row":{},"before":{"orders":1200},"after":null}],"more_rows":0,"certificate":null}}
            """;

    @Test
    void aHistoryIsOneLineAChangedValueAndThenWords() throws Exception {
        assertEquals(
                """
                publication  published_at          cause     row           value    before  after
                3            2026-11-03T02:10:00Z  replay 7  region=EU     orders      118   1200
                3            2026-11-03T02:10:00Z  replay 7  region=EU     revenue    9.50      -
                3            2026-11-03T02:10:00Z  replay 7  region=-      orders               2
                3            2026-11-03T02:10:00Z  replay 7  12 more rows
                now          -                     -         -             orders     1200

                Publication 3 changed.
                Now: the same.""",
                AnswerFormat.table.history(new ObjectMapper().readTree(HISTORY)));
    }

    @Test
    void aHistoryIsCsvOrJsonToo() throws Exception {
        JsonNode history = new ObjectMapper().readTree(HISTORY);
        assertEquals(
                "publication,published_at,cause,row,value,before,after",
                AnswerFormat.csv.history(history).lines().findFirst().orElseThrow());
        assertEquals(
                "3,2026-11-03T02:10:00Z,\"replay 7\",region=EU,orders,118,1200",
                AnswerFormat.csv.history(history).lines().skip(1).findFirst().orElseThrow());
        assertEquals(history, new ObjectMapper().readTree(AnswerFormat.json.history(history)));
    }

    @Test
    void jsonIsTheAnswerOnOneLine() throws Exception {
        String json = AnswerFormat.json.write(answer());
        assertEquals(1, json.lines().count());
        assertEquals(answer(), new ObjectMapper().readTree(json));
    }
}
