package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.NeededTopic;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.deployment.deadletter.LetterReader;
import dev.tidemark.deployment.deadletter.RedriveMark;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.EventWriter;
import dev.tidemark.schema.Format;
import dev.tidemark.schema.Judge;
import dev.tidemark.schema.Judged.Malformed;
import dev.tidemark.schema.SchemaRegistryException;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code tidemark dead-letters redrive}. */
@Command(
        name = "redrive",
        description = {
            "Send malformed events to their source's topic again, corrected by --fix, and mark their dead letters.",
            "Each is sent once, even if the command is killed and run again. One that would be malformed again is refused,"
                    + " and the exit code is 1."
        },
        mixinStandardHelpOptions = true)
final class Redrive implements Callable<Integer> {

    /** How the last line is written. */
    enum Output {
        text,
        json
    }

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private DeadLetters letters;

    @Mixin
    private SourceOption source;

    @Option(
            names = "--where",
            paramLabel = "CONDITION",
            converter = LetterCondition.Converter.class,
            description = "Which dead letters; all conditions have to hold: " + LetterCondition.ACCEPTED + ".")
    private List<LetterCondition> where = List.of();

    @Option(
            names = "--fix",
            paramLabel = "FILE",
            description = "Only those that this file corrects, with its values: lines of JSON, as `dead-letters export`"
                    + " writes them, such as {\"partition\":0,\"offset\":123,\"value\":{…}}.")
    private Optional<Path> fix = Optional.empty();

    @Option(names = "--dry-run", description = "Say what would be sent; change nothing.")
    private boolean dryRun;

    @Option(names = "--output", paramLabel = "text|json", description = "How to write the last line; default: text.")
    private Output output = Output.text;

    @Override
    public Integer call() throws InterruptedException {
        if (where.isEmpty() && fix.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "which dead letters? --where or --fix is missing; conditions are " + LetterCondition.ACCEPTED);
        }
        where.forEach(this::requireMalformed);
        Deployment deployment = letters.deployment();
        Source target = source.of(deployment);
        RedriveTally tally = new RedriveTally(spec.commandLine().getErr()::println);
        try (Lifetime lifetime = new Lifetime()) {
            SourceLog log = log(deployment, target);
            Optional<Fixes> fixes = fix.map(file -> Fixes.read(file, log.id(), encoder(target)));
            Acknowledged sent = dryRun
                    ? dryRun(deployment, target, fixes, tally)
                    : redrive(deployment, target, log, fixes, tally, lifetime);
            report(target, tally, sent);
        } catch (SchemaRegistryException e) {
            throw new UnavailableException(e.getMessage());
        }
        return tally.hasRefused() ? Tidemark.FAILED : 0;
    }

    /** Whoever asks for those in so many words learns why not. */
    private void requireMalformed(LetterCondition condition) {
        String text = condition.text().replace(" ", "");
        if (text.equals("reason=" + DeadLetter.EXPRESSION) || text.startsWith("view=")) {
            throw new RefusedException("--where " + condition.text() + ": " + Redriver.EXPRESSION);
        }
    }

    private SourceLog log(Deployment deployment, Source target) throws InterruptedException {
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            SourceLog log = SourceLog.of(admin, target.topic());
            String marks = RedriveMark.topic(target.topic());
            if (!dryRun && SourceLog.find(admin, marks).isEmpty()) {
                new SourceTopics(admin).create(marks, 1, NeededTopic.Role.REDRIVEN);
            }
            return log;
        }
    }

    /** Makes the source's format of an event's JSON. */
    private static Function<byte[], byte[]> encoder(Source target) {
        if (target.format().equals(Format.JSON)) {
            return json -> json;
        }
        EventWriter writer = target.format().writer(target.schema(), target.topic());
        Judge judge = new Judge(target.in(Format.JSON));
        return json -> {
            if (judge.judge(json, System.currentTimeMillis()) instanceof Malformed malformed) {
                throw new IllegalArgumentException(malformed.message());
            }
            return writer.write(json);
        };
    }

    private Acknowledged dryRun(Deployment deployment, Source target, Optional<Fixes> fixes, RedriveTally tally) {
        read(deployment, target, fixes, tally, batch -> {});
        return Acknowledged.NOTHING;
    }

    /** Only once the transactions are open it is known what an earlier run has sent. */
    private Acknowledged redrive(
            Deployment deployment,
            Source target,
            SourceLog log,
            Optional<Fixes> fixes,
            RedriveTally tally,
            Lifetime lifetime) {
        RedriveTransactions transactions = RedriveTransactions.open(deployment, target, log);
        lifetime.onEnd(transactions::close);
        read(deployment, target, fixes, tally, batch -> {
            transactions.write(batch);
            transactions.commit();
        });
        return transactions.committed();
    }

    private void read(
            Deployment deployment,
            Source target,
            Optional<Fixes> fixes,
            RedriveTally tally,
            Consumer<List<Redriven>> transaction) {
        try (LetterReader reader = new LetterReader(deployment)) {
            Redriver redriver = new Redriver(target, where, fixes, reader.marks(target.topic()), tally, transaction);
            reader.letters(target.topic(), redriver::take);
            redriver.finish();
        }
    }

    private void report(Source target, RedriveTally tally, Acknowledged sent) {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Object> atLeast = Map.of(target.topic(), sent.ends());
        if (output == Output.json) {
            Map<String, Object> json = tally.json(target.name());
            json.put("dry_run", dryRun);
            json.put("at_least", atLeast);
            out.println(Json.write(json));
            return;
        }
        out.println(tally.text(target.name(), dryRun));
        if (sent.records() > 0) {
            out.println("at_least=" + Json.write(atLeast));
        }
    }
}
