package dev.tidemark.shop;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes the events of one source of a shop to standard output, one a line. */
@Command(
        name = "generate",
        description = {
            "Write the events of one source of a shop, one JSON object a line, in the order in which they are sent.",
            "The same options give the same events. @FILE reads options from a file, such as examples/shop/shop.args."
        },
        mixinStandardHelpOptions = true)
public final class Generate implements Callable<Integer> {

    private static final List<String> SOURCES = List.of(Click.SOURCE, Order.SOURCE, Payment.SOURCE);
    private static final int BUFFER = 1 << 16;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ShopArguments shop;

    @Option(
            names = "--source",
            required = true,
            paramLabel = "SOURCE",
            description = "What to write: clicks, orders or payments.")
    private String source;

    @Option(names = "--until", paramLabel = "TIME", description = "Stop before what is sent at this time.")
    private Optional<Instant> until = Optional.empty();

    @Option(names = "--limit", paramLabel = "N", description = "Stop after N events of the source.")
    private Optional<Long> limit = Optional.empty();

    public static void main(String[] args) {
        System.exit(new CommandLine(new Generate()).execute(args));
    }

    @Override
    public Integer call() {
        if (!SOURCES.contains(source)) {
            throw new ParameterException(
                    spec.commandLine(), "--source is '%s'; one of %s is expected".formatted(source, SOURCES));
        }
        ShopTraffic traffic = new ShopTraffic(options());
        OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER);
        try {
            write(traffic, out);
            out.flush();
            return 0;
        } catch (IOException e) {
            // Such as a pipe whose reader has seen enough.
            spec.commandLine().getErr().println("generate: the output cannot be written: " + e.getMessage());
            return 1;
        }
    }

    private ShopOptions options() {
        try {
            return shop.options();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private void write(ShopTraffic traffic, OutputStream out) throws IOException {
        long end = until.map(Instant::toEpochMilli).orElse(Long.MAX_VALUE);
        long left = limit.orElse(Long.MAX_VALUE);
        ShopEvent event = traffic.next();
        while (left > 0 && event.sentAt() < end) {
            if (event.source().equals(source)) {
                out.write(event.line());
                out.write('\n');
                left--;
            }
            event = traffic.next();
        }
    }
}
