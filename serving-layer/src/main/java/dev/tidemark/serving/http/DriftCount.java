package dev.tidemark.serving.http;

import dev.tidemark.deployment.DriftLedger;
import dev.tidemark.view.Reconciled;
import java.util.List;

/** How much drift was found so far: only what is new is read when it is asked. Thread-safe. */
final class DriftCount {

    private final DriftLedger ledger;
    private long through;
    private long unexpected;

    DriftCount(DriftLedger ledger) {
        this.ledger = ledger;
    }

    /** The last publication that was looked at; zero if none was. */
    synchronized long through() {
        look();
        return through;
    }

    /** How many differences that nothing explains were found, of all publications. */
    synchronized long unexpected() {
        look();
        return unexpected;
    }

    private void look() {
        long known = through;
        List<Reconciled> found = ledger.newestFirst()
                .takeWhile(each -> each.publication() > known)
                .toList();
        unexpected += found.stream().mapToLong(Reconciled::unexpected).sum();
        through = found.isEmpty() ? known : found.get(0).publication();
    }
}
