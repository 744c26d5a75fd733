package dev.tidemark.serving.spool;

/**
 * When a slice is written: what was counted since the last one is folded again after a kill. Not by time, since where few
 * events come there is little to fold again.
 *
 * @param events when so many have been counted
 * @param cells when so many cells have changed by them, of all views
 */
public record SpoolPace(long events, int cells) {

    /** A second of folding, half a minute at 8,000 events a second. */
    public static final SpoolPace USUAL = new SpoolPace(250_000, 200_000);
}
