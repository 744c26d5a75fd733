package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.UnavailableException;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which serving layer to ask. */
final class ServingOption {

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The serving layer to ask; default: http://127.0.0.1 with the deployment's serving.port.")
    private Optional<String> url = Optional.empty();

    /** Where it listens. */
    ServingAddress address(Tidemark tidemark) {
        return url.map(text -> new ServingAddress(text.endsWith("/") ? text.substring(0, text.length() - 1) : text))
                .orElseGet(() -> ofDeployment(tidemark.deployment()));
    }

    private static ServingAddress ofDeployment(Deployment deployment) {
        if (deployment.servingPort() == 0) {
            throw new UnavailableException(deployment.file()
                    + ": serving.port is 0, any free one: say with --url where the serving layer listens");
        }
        return ServingAddress.expected(deployment.servingPort());
    }
}
