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
 * {@code __torch__.Ops} that has methods and no tensors.
 */
public final class ScriptArchive {

    private static final String HEADER =
            """
            class Ops(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
            """;

    /** Pickle of a module {@code Ops} whose only attribute is {@code training = True}. */
    private static final String MODULE_PICKLE =
            "\u0080\u0002c__torch__\nOps\n)\u0081}(X\u0008\0\0\0training\u0088ub.";

    private static final String EMPTY_TUPLE_PICKLE = "\u0080\u0002).";

    /** With an older number LibTorch would apply the rules of older operators. */
    private static final String OPERATOR_VERSION = "10\n";

    private ScriptArchive() {}

    /** The archive of these resources of this package, each a run of indented methods. */
    public static byte[] of(List<String> resources) {
        StringBuilder code = new StringBuilder(HEADER);
        for (String resource : resources) {
            code.append(read(resource)).append('\n');
        }
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
                put(zip, "ops/data.pkl", MODULE_PICKLE);
                put(zip, "ops/code/__torch__.py", code.toString());
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
