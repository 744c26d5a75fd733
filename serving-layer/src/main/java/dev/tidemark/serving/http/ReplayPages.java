package dev.tidemark.serving.http;

import dev.tidemark.deployment.DriftLedger;
import dev.tidemark.deployment.PublicationLine;
import dev.tidemark.deployment.ReplayStatus;
import dev.tidemark.deployment.Warehouse;
import dev.tidemark.serving.change.TidemarkCommand;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import dev.tidemark.view.Json;
import dev.tidemark.view.Replay;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What the API says of replays and of drift, and what it does about replays, as JSON members. */
final class ReplayPages {

    /** How many publications' drift is told of. */
    private static final int MOST = 100;

    private final Warehouse warehouse;
    private final TidemarkCommand command;

    ReplayPages(Warehouse warehouse, TidemarkCommand command) {
        this.warehouse = warehouse;
        this.command = command;
    }

    /** All replays, the newest first, without what they would change. */
    Object replays() {
        PublicationLine line = PublicationLine.of(warehouse.publications());
        List<Object> all = new ArrayList<>();
        for (long number : warehouse.replays().numbers()) {
            warehouse.replays().read(number).ifPresent(replay -> all.add(0, summary(replay, line)));
        }
        return Map.of("replays", all);
    }

    /** One replay, with what it would change. */
    Object replay(String id) {
        Replay replay = require(id);
        Map<String, Object> json = summary(replay, PublicationLine.of(warehouse.publications()));
        json.put("differences", json(replay.differences()));
        return json;
    }

    private Replay require(String id) {
        boolean isNumber = id.matches("\\d{1,18}");
        return (isNumber ? warehouse.replays().read(Long.parseLong(id)) : java.util.Optional.<Replay>empty())
                .orElseThrow(() -> HttpProblem.of(
                        Kind.NOT_FOUND, "there is no replay " + id + "; /v1/replays shows which there are"));
    }

    private Map<String, Object> summary(Replay replay, PublicationLine line) {
        ReplayStatus status = ReplayStatus.of(warehouse.replays(), line, replay.number());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("number", replay.number());
        json.put("state", status.state().toString());
        json.put("approved_in", status.publication().orElse(null));
        json.put("created_at", replay.createdAt().toString());
        json.put("from", replay.from().toString());
        json.put("to", replay.to().toString());
        json.put("views", new TreeSet<>(replay.segments().keySet()));
        json.put("input", replay.input().toString());
        json.put("publication", replay.publication());
        json.put("share", replay.share());
        return json;
    }

    /** Approves or rejects a replay, and says what came of it. */
    Object decide(String id, String decision) throws InterruptedException {
        long number = require(id).number();
        return Json.tree(command.run("replay", decision, Long.toString(number)));
    }

    /** Publishes again what an earlier publication held. */
    Object rollback() throws InterruptedException {
        return Json.tree(command.run("publications", "rollback"));
    }

    /** What was found by those who looked for drift, the newest publication first. */
    Object drift() {
        return Map.of(
                "publications",
                new DriftLedger(warehouse.drift())
                        .newestFirst()
                        .limit(MOST)
                        .map(ReplayPages::json)
                        .toList());
    }

    /** As our own files have it. */
    private static Object json(Object value) {
        return Json.tree(Json.write(value));
    }
}
