package io.github.peft4j.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import com.google.common.io.Resources;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The small model of {@code starts/make.py} and what PEFT made of it: {@code first} and {@code
 * second} have one input, {@code third} has what the first says.
 */
public final class PythonStarts extends Module implements AutoCloseable {

    public final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final SafetensorsReader file;
    private final Linear first = child("first", new Linear(6, 4));
    private final Linear second = child("second", new Linear(6, 5));
    private final Linear third = child("third", new Linear(4, 4));

    @SuppressWarnings("this-escape") // the block is complete when it is filled
    public PythonStarts() {
        try {
            file =
                    SafetensorsReader.openUnmapped(
                            Path.of(Resources.getResource("starts/expected.safetensors").toURI()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        initialize(manager, DataType.FLOAT32, new Shape(1, 6));
        freezeParameters(true);
        fill("first", first);
        fill("second", second);
        fill("third", third);
    }

    private void fill(String name, Linear layer) {
        Tensors.fill(layer.weight(), expected("toy." + name + ".weight"), 1);
        Tensors.fill(layer.bias(), expected("toy." + name + ".bias"), 1);
    }

    /** A tensor of the file. */
    public NDArray expected(String name) {
        try {
            return file.load(manager, name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Inputs that the file holds under this name and a number from 0 on. */
    public List<ModelInput> inputs(String name) {
        List<ModelInput> inputs = new ArrayList<>();
        for (int i = 0; file.contains(name + "." + i); i++) {
            inputs.add(ModelInput.of(Map.of("x", expected(name + "." + i))));
        }
        return inputs;
    }

    /** Fails unless a layer's adapter starts with the numbers that the file has under this name. */
    public void assertPair(PeftModel model, String name, String layer) {
        Map<String, Parameter> tensors = model.adapter(PeftModel.DEFAULT_ADAPTER).tensors();
        String key = "base_model.model." + layer + ".lora_";
        assertPair(
                Tensors.get(tensors, key + "A.weight").getArray(),
                Tensors.get(tensors, key + "B.weight").getArray(),
                name + "." + layer);
    }

    /**
     * Fails unless A and B are those of the file. Singular vectors may be turned round, so each row
     * of A and each column of B is compared by its sign at the largest number.
     */
    public void assertPair(NDArray a, NDArray b, String name) {
        Tensors.assertClose(upright(a), upright(expected(name + ".a")), 2e-5, "A of " + name);
        NDArray columns = expected(name + ".b");
        if (columns.norm().getFloat() == 0) {
            Tensors.assertClose(b.norm(), manager.create(0f), 1e-9, "B of " + name);
        } else {
            NDArray turned = upright(columns.transpose());
            Tensors.assertClose(upright(b.transpose()), turned, 2e-5, "B of " + name);
        }
    }

    private static NDArray upright(NDArray rows) {
        NDArray largest = rows.abs().max(new int[] {1}, true);
        NDArray there = rows.abs().gte(largest).toType(DataType.FLOAT32, false);
        return rows.mul(rows.mul(there).sum(new int[] {1}, true).sign());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow();
        AdapterPass pass = AdapterPass.over(store, x.getManager(), training);
        NDArray twice = third.forward(pass, first.forward(pass, x));
        return new NDList(twice.concat(second.forward(pass, x), -1));
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        manager.close();
    }
}
