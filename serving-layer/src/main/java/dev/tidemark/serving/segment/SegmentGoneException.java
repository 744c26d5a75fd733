package dev.tidemark.serving.segment;

import dev.tidemark.view.View;
import io.delta.kernel.exceptions.TableNotFoundException;
import java.io.FileNotFoundException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** A segment that a publication names is not in the warehouse: it has been deleted, since or while it was asked for. */
public final class SegmentGoneException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private SegmentGoneException(String message, Throwable cause) {
        super(message, cause);
    }

    static SegmentGoneException of(View view, List<String> ids, Throwable cause) {
        String more = ids.size() > 1 ? " or one of %d others".formatted(ids.size() - 1) : "";
        return new SegmentGoneException(
                "segment %s%s of view %s is not in the warehouse: recompute the day, or restore the table"
                        .formatted(ids.get(0), more, view.name()),
                cause);
    }

    /** Whether reading failed since a file or a whole table is not there. */
    static boolean isCauseOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TableNotFoundException
                    || cause instanceof FileNotFoundException
                    || cause instanceof NoSuchFileException) {
                return true;
            }
        }
        return false;
    }
}
