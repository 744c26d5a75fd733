package dev.tidemark.serving.problem;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A request that gets a problem (RFC 9457) for an answer. */
public final class HttpProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of problem: its type's name, its title and its status. */
    public enum Kind {
        BAD_QUERY("Bad query", 400),
        UNKNOWN_VIEW("Unknown view", 404),
        UNKNOWN_PUBLICATION("Unknown publication", 404),
        NOT_IN_PUBLICATION("Not in this publication", 404),
        NOT_FOUND("Not found", 404),
        METHOD_NOT_ALLOWED("Method not allowed", 405),
        NOT_FINAL("Not final", 409),
        REFUSED("Refused", 409),
        FOREIGN_ORIGIN("Not from this site", 403),
        NO_COMMAND("Not available in this process", 501),
        NOT_KEPT("Not kept any more", 410),
        NOT_READY("Not ready", 503),
        LOG_REPLACED("The source's topic was created again", 503),
        POSITIONS_MISSING("Positions are missing", 503),
        NOT_COUNTED_YET("Not counted yet", 503),
        TOO_FAR_BEHIND("Too far behind", 503),
        TOO_MANY_STREAMS("Too many live queries", 503),
        INTERNAL("Internal error", 500);

        private final String title;
        private final int status;

        Kind(String title, int status) {
            this.title = title;
            this.status = status;
        }

        private String type() {
            return "urn:tidemark:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Kind kind;
    private final transient Map<String, Object> members;

    private HttpProblem(Kind kind, String detail, Map<String, Object> members) {
        super(detail);
        this.kind = kind;
        this.members = Collections.unmodifiableMap(members);
    }

    /** A problem that its detail says all about. */
    public static HttpProblem of(Kind kind, String detail) {
        return new HttpProblem(kind, detail, Map.of());
    }

    /**
     * A problem with one field of a query.
     *
     * @param field the field, as the request spells it
     * @param found what it held
     * @param accepted what it could hold: a text or a list
     */
    public static HttpProblem field(String field, Object found, Object accepted, String detail) {
        return of(Kind.BAD_QUERY, detail)
                .with("field", field)
                .with("found", found)
                .with("accepted", accepted);
    }

    /** The same with a member more. */
    public HttpProblem with(String member, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(member, value);
        return new HttpProblem(kind, getMessage(), more);
    }

    public Kind kind() {
        return kind;
    }

    public int status() {
        return kind.status;
    }

    /** Whether the same request may succeed later. */
    public boolean isTemporary() {
        return kind.status == 503;
    }

    /** The problem's JSON members. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", kind.type());
        json.put("title", kind.title);
        json.put("status", kind.status);
        json.put("detail", getMessage());
        json.putAll(members);
        return json;
    }
}
