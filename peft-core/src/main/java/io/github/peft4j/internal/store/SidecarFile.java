package io.github.peft4j.internal.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.FileTensor;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.store.LoadReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tensors of {@link AdapterSet#localState}, in a file that Python does not read: what PEFT
 * loses when it saves, so that an adapter which was saved here is whole again when it is loaded
 * here.
 */
public final class SidecarFile {

    static final String NAME = "adapter_model.local.safetensors";

    /** Before 0.1.0 the file was called so; it is read where there is none of the new name. */
    private static final String OLD_NAME = "adapter_model.beside.safetensors";

    /** All names that the file has had. */
    static final ImmutableList<String> NAMES = ImmutableList.of(NAME, OLD_NAME);

    private static final Logger logger = LoggerFactory.getLogger(SidecarFile.class);

    private final Path file;
    private final Map<String, Parameter> targets;
    private final Map<String, NDArray> values = new LinkedHashMap<>();

    private SidecarFile(Path file, Map<String, Parameter> targets) {
        this.file = file;
        this.targets = targets;
    }

    public static FileContent content(AdapterSet set) {
        ImmutableMap.Builder<String, TensorView> tensors = ImmutableMap.builder();
        set.localState().forEach((key, p) -> tensors.put(key, TensorView.of(p.getArray())));
        return SafetensorsWriter.content(tensors.buildOrThrow(), ImmutableMap.of("format", "pt"));
    }

    /**
     * Reads and checks; changes nothing yet.
     *
     * @param scratch where the tensors live until the set has been initialized
     */
    public static SidecarFile read(Path folder, AdapterSet set, NDManager scratch)
            throws IOException {
        Path old = folder.resolve(OLD_NAME);
        Path file = folder.resolve(NAME);
        boolean renamed = Files.exists(file) || !Files.exists(old);
        SidecarFile sidecar = new SidecarFile(renamed ? file : old, set.localState());
        if (!sidecar.targets.isEmpty() && Files.exists(sidecar.file)) {
            try (SafetensorsReader reader = SafetensorsReader.open(sidecar.file)) {
                for (Map.Entry<String, Parameter> target : sidecar.targets.entrySet()) {
                    NDArray value = reader.load(scratch, target.getKey());
                    Shape wanted = target.getValue().getShape();
                    if (!value.getShape().equals(wanted)
                            || value.getDataType() != DataType.FLOAT32) {
                        throw new IOException(
                                ("%s: %s is %s %s, the adapter needs %s %s. Save the adapter"
                                                + " again.")
                                        .formatted(
                                                sidecar.file,
                                                target.getKey(),
                                                value.getDataType(),
                                                value.getShape(),
                                                DataType.FLOAT32,
                                                wanted));
                    }
                    sidecar.values.put(target.getKey(), value);
                }
            }
        }
        return sidecar;
    }

    /** Puts what was read into the adapter. */
    public void apply() {
        values.forEach((key, value) -> FileTensor.put(target(key), value));
    }

    /** Adds to a report what the file does not give. */
    public LoadReport addTo(LoadReport report) {
        if (values.size() == targets.size()) {
            return report;
        }
        String warning =
                "There is no "
                        + file
                        + ", so these tensors, which Python PEFT does not save, start afresh: "
                        + Text.of(targets.keySet())
                        + ". Train the adapter again, or save it from here.";
        logger.warn(Text.message(warning));
        return report.withMissing(targets.keySet()).withWarning(warning);
    }

    private Parameter target(String key) {
        Parameter target = targets.get(key);
        if (target == null) {
            throw new IllegalStateException("No tensor " + key);
        }
        return target;
    }
}
