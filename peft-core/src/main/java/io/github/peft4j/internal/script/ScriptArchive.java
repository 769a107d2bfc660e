package io.github.peft4j.internal.script;

import com.google.common.io.Resources;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Assembles a TorchScript archive from script sources: a zip of stored entries with one module
 * {@code __torch__.Ops} that has methods and no tensors when it is loaded.
 */
public final class ScriptArchive {

    private static final String HEADER =
            """
            class Ops(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
            """;

    /** Lists that methods fill: weights which a product has laid out for itself, and others. */
    private static final String WEIGHTS =
            """
              weights : List[__torch__.torch.classes.quantized.LinearPackedParamsBase]
              tensors : List[Tensor]
            """;

    /** Pickle of a module {@code Ops} with the attribute {@code training = True}, to be ended. */
    private static final String MODULE_PICKLE =
            "\u0080\u0002c__torch__\nOps\n)\u0081}(X\u0008\0\0\0training\u0088";

    private static final String EMPTY_WEIGHTS_PICKLE = "X\u0007\0\0\0weights]X\u0007\0\0\0tensors]";

    private static final String END_OF_MODULE_PICKLE = "ub.";

    private static final String EMPTY_TUPLE_PICKLE = "\u0080\u0002).";

    /** With an older number LibTorch would apply the rules of older operators. */
    private static final String OPERATOR_VERSION = "10\n";

    private ScriptArchive() {}

    /** The archive of these resources of this package, each a run of indented methods. */
    public static byte[] of(List<String> resources) {
        return of(resources, HEADER, MODULE_PICKLE + END_OF_MODULE_PICKLE);
    }

    /** An archive of methods that are given themselves. */
    public static byte[] ofCode(String methods) {
        return archive(HEADER + methods, MODULE_PICKLE + END_OF_MODULE_PICKLE);
    }

    /**
     * The same with empty lists {@code self.weights} of packed weights and {@code self.tensors}.
     */
    public static byte[] withWeights(List<String> resources) {
        return of(
                resources,
                HEADER + WEIGHTS,
                MODULE_PICKLE + EMPTY_WEIGHTS_PICKLE + END_OF_MODULE_PICKLE);
    }

    private static byte[] of(List<String> resources, String header, String pickle) {
        StringBuilder code = new StringBuilder(header);
        for (String resource : resources) {
            code.append(read(resource)).append('\n');
        }
        return archive(code.toString(), pickle);
    }

    private static byte[] archive(String code, String pickle) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
                put(zip, "ops/data.pkl", pickle);
                put(zip, "ops/code/__torch__.py", code);
                put(zip, "ops/constants.pkl", EMPTY_TUPLE_PICKLE);
                put(zip, "ops/version", OPERATOR_VERSION);
                put(zip, "ops/byteorder", "little");
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot assemble the operator archive in memory.", e);
        }
    }

    private static String read(String resource) {
        URL url = Resources.getResource(ScriptArchive.class, resource);
        try {
            return Resources.toString(url, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read operator source " + resource + ".", e);
        }
    }

    private static void put(ZipOutputStream zip, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
