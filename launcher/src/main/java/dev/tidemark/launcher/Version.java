package dev.tidemark.launcher;

import picocli.CommandLine.IVersionProvider;

/** Says which version this is: the one that the build gave it, as in the name of the archive. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {
            "tidemark " + Resources.text("/dev/tidemark/launcher/version.txt").strip()
        };
    }
}
