package dev.tidemark.shop;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;

/** What an event has suffered on its way. Everything but {@link #NONE} makes it malformed. */
enum Damage {
    NONE,

    /** The second half of the line is missing. */
    CUT_OFF {
        @Override
        byte[] applyTo(byte[] line) {
            return Arrays.copyOf(line, line.length / 2);
        }
    },

    /** The field with the event time is missing. */
    WITHOUT_TIME {
        @Override
        void writeTime(JsonGenerator json, String field, long millis) {}
    },

    /** The field with the event time holds none. */
    WRONG_TIME {
        @Override
        void writeTime(JsonGenerator json, String field, long millis) throws IOException {
            json.writeStringField(field, "just now");
        }
    };

    private static final Damage[] ALL = values();

    /** How many kinds of real damage there are. */
    static final int KINDS = ALL.length - 1;

    /** One of the kinds of real damage, from 0. */
    static Damage kind(int number) {
        return ALL[1 + number];
    }

    void writeTime(JsonGenerator json, String field, long millis) throws IOException {
        json.writeStringField(field, Instant.ofEpochMilli(millis).toString());
    }

    byte[] applyTo(byte[] line) {
        return line;
    }
}
