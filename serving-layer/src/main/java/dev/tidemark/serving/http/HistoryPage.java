package dev.tidemark.serving.http;

import dev.tidemark.serving.history.AnswerChange;
import dev.tidemark.serving.history.DefinitionChange;
import dev.tidemark.serving.history.History;
import dev.tidemark.serving.history.Reasons;
import dev.tidemark.serving.history.RowChange;
import dev.tidemark.serving.query.AnswerJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How an answer changed, as JSON members.
 *
 * @param decimalsAsNumbers whether decimals are JSON numbers, not strings
 */
record HistoryPage(boolean decimalsAsNumbers) {

    /** How many rows of one change are listed. */
    private static final int MOST_ROWS = 20;

    Object of(History history) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("view", history.view());
        Map<String, Object> compared = new LinkedHashMap<>();
        compared.put("from", history.from());
        compared.put("to", history.to());
        page.put("compared", compared);
        page.put("entries", history.entries().stream().map(this::entry).toList());
        page.put("present", present(history.present()));
        return page;
    }

    private Map<String, Object> entry(History.Entry entry) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("publication", entry.publication().number());
        json.put("published_at", entry.publication().publishedAt().toString());
        json.put("cause", entry.publication().cause());
        json.put("text", entry.text());
        json.put("problem", entry.problem().orElse(null));
        putRows(entry.change(), json);
        json.put("reasons", reasons(entry.reasons()));
        return json;
    }

    private Map<String, Object> present(History.Present present) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("text", present.text());
        json.put("problem", present.problem().orElse(null));
        putRows(present.change(), json);
        json.put("certificate", present.certificate().map(AnswerJson::tree).orElse(null));
        return json;
    }

    private void putRows(AnswerChange change, Map<String, Object> json) {
        json.put("rows", change.rows().stream().limit(MOST_ROWS).map(this::row).toList());
        json.put("more_rows", Math.max(0, change.rows().size() - MOST_ROWS));
    }

    private Map<String, Object> row(RowChange change) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("row", values(change.key()));
        json.put("before", change.before().map(this::values).orElse(null));
        json.put("after", change.after().map(this::values).orElse(null));
        return json;
    }

    private Map<String, Object> values(Map<String, Object> values) {
        Map<String, Object> json = new LinkedHashMap<>();
        values.forEach((name, value) -> json.put(name, AnswerJson.tree(value, decimalsAsNumbers)));
        return json;
    }

    private static Map<String, Object> reasons(Reasons reasons) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("definition", reasons.definition().map(DefinitionChange::what).orElse(List.of()));
        if (!reasons.imported().isEmpty() || !reasons.revoked().isEmpty()) {
            json.put("imported", reasons.imported());
            json.put("revoked", reasons.revoked());
        }
        Map<String, Object> events = new LinkedHashMap<>();
        reasons.events().forEach((bucket, more) -> events.put(bucket.name().toLowerCase(Locale.ROOT), more));
        json.put("events", events);
        return json;
    }
}
