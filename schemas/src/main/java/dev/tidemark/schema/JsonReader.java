package dev.tidemark.schema;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

/** Reads the value at the parser's current token, and leaves the parser on its last token. */
interface JsonReader {
    Object read(JsonParser json) throws IOException, MalformedEventException;
}
