package dev.tidemark.speed;

import java.util.Locale;
import org.apache.spark.sql.streaming.Trigger;

/** How the query runs. */
enum SpeedTrigger {
    /** Each event as it arrives, in milliseconds. */
    REALTIME {
        @Override
        Trigger spark() {
            // The duration is the checkpoint's interval; each roll-over stalls for up to half a second.
            return Trigger.RealTime("5 minutes");
        }
    },
    /** In small batches, one after the other: more events a second on few cores, in about a second. */
    MICRO_BATCH {
        @Override
        Trigger spark() {
            return Trigger.ProcessingTime(0);
        }
    };

    abstract Trigger spark();

    /** Its name on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The trigger of that name, as on the command line. */
    static SpeedTrigger parse(String name) {
        return switch (name) {
            case "realtime" -> REALTIME;
            case "micro-batch" -> MICRO_BATCH;
            default ->
                throw new IllegalArgumentException(
                        "'" + name + "' is no trigger; accepted are realtime and micro-batch");
        };
    }
}
