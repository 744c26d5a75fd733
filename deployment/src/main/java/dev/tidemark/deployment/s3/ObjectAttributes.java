package dev.tidemark.deployment.s3;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/**
 * What is known of an object, or of a folder.
 *
 * @param isDirectory whether it is a folder
 * @param size its bytes
 * @param written when it was written
 */
record ObjectAttributes(boolean isDirectory, long size, Instant written) implements BasicFileAttributes {

    static final ObjectAttributes FOLDER = new ObjectAttributes(true, 0, Instant.EPOCH);

    @Override
    public FileTime lastModifiedTime() {
        return FileTime.from(written);
    }

    @Override
    public FileTime lastAccessTime() {
        return lastModifiedTime();
    }

    @Override
    public FileTime creationTime() {
        return lastModifiedTime();
    }

    @Override
    public boolean isRegularFile() {
        return !isDirectory;
    }

    @Override
    public boolean isSymbolicLink() {
        return false;
    }

    @Override
    public boolean isOther() {
        return false;
    }

    @Override
    public Object fileKey() {
        return null;
    }
}
