package dev.tidemark.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeasureCallTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "count() | count()",
                "COUNT( * ) | count()",
                "count(a) | count(a)",
                "Sum( coalesce(a, 0) ) | sum(coalesce(a, 0))",
                "approx_percentile(a,0.950) | approx_percentile(a, 0.95)",
                "approx_percentile(a, 1) | approx_percentile(a, 1)",
                "approx_percentile(a, .5) | approx_percentile(a, 0.5)",
                "approx_percentile(coalesce(a, b, 0), 5e-1) | approx_percentile(coalesce(a, b, 0), 0.5)",
                "approx_top_k(concat(a, ','), 10) | approx_top_k(concat(a, ','), 10)",
                "approx_top_k(concat(a, ')', \"(,\"), 10) | approx_top_k(concat(a, ')', \"(,\"), 10)",
                "approx_top_k(concat('it\\'s, ', a), 10) | approx_top_k(concat('it\\'s, ', a), 10)",
                "approx_top_k(concat(r'\\', a), 10) | approx_top_k(concat(r'\\', a), 10)",
                "approx_top_k(`a, b`, 3) | approx_top_k(`a, b`, 3)",
                "approx_top_k(a[0], 3) | approx_top_k(a[0], 3)",
                "approx_top_k(a /* , or b */, 3) | approx_top_k(a /* , or b */, 3)",
                "last(CASE WHEN a IN (1, 2) THEN b END) | last(CASE WHEN a IN (1, 2) THEN b END)"
            })
    void aCallIsAFunctionAnExpressionAndForSomeAConstant(String text, String canonical) {
        MeasureCall call = MeasureCall.parse(text);
        assertEquals(canonical, call.toString());
        assertEquals(call, MeasureCall.parse(canonical));
    }

    @Test
    void aCommentToTheEndOfTheLineMayHaveCommas() {
        MeasureCall call = MeasureCall.parse("approx_top_k(a -- or b, c\n, 3)");
        assertEquals(Optional.of("a -- or b, c"), call.input());
        assertEquals("3", call.constant().orElseThrow().toPlainString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "median(a) | there is no measure 'median': it needs all values at once | use approx_percentile(e, 0.5)",
                "percentile(a, 0.5) | no measure 'percentile': it needs all values | use approx_percentile(e, p)",
                "mode(a) | it needs all values | use approx_top_k(e, 1)",
                "count(distinct a) | there is no count(DISTINCT …): it needs all values | use approx_count_distinct(e)",
                "sum(DISTINCT a) | there is no sum(DISTINCT …) | where they are produced",
                "max(distinct a) | it makes no difference | the same without DISTINCT",
                "collect_list(a) | grows with the events | use approx_top_k(e, k)",
                "array_agg(a) | grows with the events | master dataset",
                "mean(a) | that is not its name here | use avg(e)",
                "percentile_approx(a, 0.5) | not its name here | use approx_percentile(e, p)",
                "count_if(a) | there is none of it | use sum(CASE WHEN … THEN 1 ELSE 0 END)",
                "summ(a) | there is no measure 'summ' | did you mean 'sum'?",
                "approx_count_distint(a) | there is no measure | did you mean 'approx_count_distinct'?",
                "frobnicate(a) | there is no measure 'frobnicate' | accepted are count(), count(customer_id), sum(amount)",
                "sum() | sum does not take 0 arguments | write sum(amount)",
                "sum(a, b) | sum does not take 2 arguments | write sum(amount)",
                "count(a, b) | count does not take 2 arguments | write count() or count(customer_id)",
                "approx_percentile(a) | does not take 1 argument; | write approx_percentile(amount, 0.95)",
                "approx_percentile(a, b) | a constant rank from 0 to 1 as its second argument | but 'b' was found",
                "approx_percentile(a, 95) | a constant rank from 0 to 1 | but '95' was found",
                "approx_percentile(a, -0.1) | a constant rank from 0 to 1 | but '-0.1' was found",
                "approx_percentile(a, 1e-999999999) | a constant rank from 0 to 1 | but '1e-999999999' was found",
                "approx_top_k(a, 0) | a constant number from 1 to 1000 | but '0' was found",
                "approx_top_k(a, 2.5) | a constant number from 1 to 1000 | but '2.5' was found",
                "approx_top_k(a, 1001) | a constant number from 1 to 1000 | write approx_top_k(product_id, 10)",
                "approx_top_k(a, 1, 2) | does not take 3 arguments | write approx_top_k(product_id, 10)",
                "sum(a | is no measure | write a function and its argument",
                "sum((a) | a bracket is not closed | write one function",
                "sum(a) + sum(b) | a bracket is closed that is not open | compute with its result in the query",
                "sum('a) | a quote ' is not closed | write one function",
                "approx_top_k(a,) | an argument is empty | write one function",
                "amount | is no measure | such as sum(amount)"
            })
    void whatIsNoMeasureIsRefusedWithTheReasonAndWhatToWrite(String text, String reason, String instead) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> MeasureCall.parse(text));
        assertTrue(refused.getMessage().contains(reason), refused::getMessage);
        assertTrue(refused.getMessage().contains(instead), refused::getMessage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"count(customer_id)", "approx_percentile(amount, 0.95)", "approx_top_k(product_id, 10)"})
    void whatMessagesAdviseIsAccepted(String advised) {
        assertEquals(advised, MeasureCall.parse(advised).toString());
        assertTrue(MeasureFunction.examples().contains(advised));
    }

    @Test
    void longTextsAreReadInTheirStride() {
        String text = "sum(length('" + "x".repeat(100_000) + "'))";
        assertEquals(List.of(text), List.of(MeasureCall.parse(text).toString()));
    }
}
