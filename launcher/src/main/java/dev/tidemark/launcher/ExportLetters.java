package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.deadletter.LetterReader;
import dev.tidemark.deployment.deadletter.Positions;
import dev.tidemark.schema.Source;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code tidemark dead-letters export}. */
@Command(
        name = "export",
        description = {
            "Print dead letters whole, as lines of JSON: those that were not sent again, each once.",
            "Correct their values, and `dead-letters redrive --fix` sends them."
        },
        mixinStandardHelpOptions = true)
final class ExportLetters implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private DeadLetters letters;

    @Mixin
    private SourceOption source;

    @Option(
            names = "--where",
            required = true,
            paramLabel = "CONDITION",
            converter = LetterCondition.Converter.class,
            description = "Which; all conditions have to hold: " + LetterCondition.ACCEPTED + ".")
    private List<LetterCondition> where;

    @Override
    public Integer call() {
        Deployment deployment = letters.deployment();
        Source from = source.of(deployment);
        PrintWriter out = spec.commandLine().getOut();
        try (LetterReader reader = new LetterReader(deployment)) {
            Positions done = reader.marks(from.topic());
            reader.letters(from.topic(), letter -> {
                if (LetterCondition.hold(where, letter) && done.add(letter.position())) {
                    out.println(LetterLine.of(letter));
                }
            });
        }
        out.flush();
        return 0;
    }
}
