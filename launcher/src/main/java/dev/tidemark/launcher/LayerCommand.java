package dev.tidemark.launcher;

import dev.tidemark.deployment.SupersededException;
import dev.tidemark.deployment.UnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/**
 * A subcommand that a layer carries out: its process gets the terminal and all arguments, {@code --help} included, and
 * its exit code becomes ours, but for those that tell a supervisor more than a user wants to know. So a layer's
 * options are known in one place only.
 */
@Command
final class LayerCommand implements Callable<Integer> {

    private final Layer layer;
    private final List<String> prefix;

    @ParentCommand
    private Tidemark tidemark;

    @Parameters(paramLabel = "OPTION")
    private List<String> arguments = List.of();

    private LayerCommand(Layer layer, List<String> prefix) {
        this.layer = layer;
        this.prefix = prefix;
    }

    /**
     * Adds it to {@code parent}.
     *
     * @param prefix what the layer's main class expects before the user's arguments
     */
    static void addTo(CommandLine parent, String name, String description, Layer layer, List<String> prefix) {
        CommandLine command = new CommandLine(new LayerCommand(layer, prefix));
        command.getCommandSpec().usageMessage().description(description);
        parent.addSubcommand(name, command);
        command.setUnmatchedOptionsArePositionalParams(true);
    }

    @Override
    public Integer call() {
        int status = Foreground.run(layer.process(Installation.find(), forLayer()));
        boolean isForSupervisors =
                status == UnavailableException.EXIT_STATUS || status == SupersededException.EXIT_STATUS;
        return isForSupervisors ? Tidemark.FAILED : status;
    }

    List<String> forLayer() {
        List<String> all = new ArrayList<>(prefix);
        all.addAll(List.of("-c", tidemark.configFile().toString()));
        all.addAll(arguments);
        return all;
    }
}
