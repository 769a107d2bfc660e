package io.github.peft4j.cli.conformance.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Longs;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.model.ModuleTree;
import io.github.peft4j.nn.Convolution;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Group;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.nn.MultiheadAttention;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.ConvolutionSpec;
import io.github.peft4j.ops.Ops;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** A plain network of a golden directory: the layers of net.json, one after the other. */
public final class NetModel extends Module implements BaseModel, AutoCloseable {

    private final NDManager manager;
    private final List<BiFunction<AdapterPass, NDArray, NDArray>> steps = new ArrayList<>();
    private final Map<String, Group> groups = new LinkedHashMap<>();
    private final List<LayerSite> sites;
    private final Map<String, Parameter> weights;

    private NetModel(NDManager manager, JsonObject net) {
        this.manager = manager;
        for (JsonElement layer : net.getAsJsonArray("layers")) {
            add(layer.getAsJsonObject());
        }
        sites = ModuleTree.sites(this);
        weights = ModuleTree.parameters(this);
    }

    /**
     * Reads net.json and model.safetensors of a directory.
     *
     * @throws UnsupportedFeatureException if a layer's type is not among this library's layers
     */
    static NetModel load(Path directory) throws IOException {
        NDManager manager = Engines.newManager();
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            NetModel model =
                    new NetModel(manager, ExpectedFile.json(directory.resolve("net.json")));
            for (Map.Entry<String, Parameter> entry : model.weights.entrySet()) {
                Parameter parameter = entry.getValue();
                parameter.setShape(null);
                parameter.setArray(checkpoint.load(manager, entry.getKey()));
                parameter.freeze(true);
            }
            return model;
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private void add(JsonObject layer) {
        String name = layer.get("name").getAsString();
        String type = layer.get("type").getAsString();
        JsonObject args = layer.getAsJsonObject("args");
        switch (type) {
            case "Linear" -> {
                boolean bias = !args.has("bias") || args.get("bias").getAsBoolean();
                Linear linear =
                        new Linear(
                                args.get("in_features").getAsLong(),
                                args.get("out_features").getAsLong(),
                                bias);
                place(name, linear);
                steps.add(linear::forward);
            }
            case "Embedding" -> {
                Embedding table =
                        new Embedding(
                                args.get("num_embeddings").getAsLong(),
                                args.get("embedding_dim").getAsLong());
                place(name, table);
                steps.add(table::forward);
            }
            case "LayerNorm" -> {
                LayerNorm norm = new LayerNorm(args.get("normalized_shape").getAsLong(), 1e-5);
                place(name, norm);
                steps.add(norm::forward);
            }
            case "Conv1d", "Conv2d", "Conv3d" -> {
                Convolution convolution = convolution(type.charAt("Conv".length()) - '0', args);
                place(name, convolution);
                steps.add(convolution::forward);
            }
            case "Attend" -> {
                MultiheadAttention attention =
                        new MultiheadAttention(
                                args.get("embed_dim").getAsInt(),
                                args.get("num_heads").getAsInt(),
                                true);
                place(name + ".attn", attention);
                steps.add(attention::forward);
            }
            case "Experts" -> {
                RawExperts experts =
                        new RawExperts(
                                args.get("num_experts").getAsLong(),
                                args.get("in_features").getAsLong(),
                                args.get("out_features").getAsLong());
                place(name, experts);
                steps.add(experts::forward);
            }
            case "Matrix" -> {
                RawMatrix matrix =
                        new RawMatrix(
                                args.get("in_features").getAsLong(),
                                args.get("out_features").getAsLong());
                place(name, matrix);
                steps.add(matrix::forward);
            }
            case "Mean" -> {
                place(name, new Group());
                int[] axes = args.has("dim") ? new int[] {args.get("dim").getAsInt()} : null;
                steps.add((pass, x) -> axes == null ? meanFromThird(x) : x.mean(axes));
            }
            case "Transpose" -> {
                place(name, new Group());
                steps.add((pass, x) -> x.swapAxes(1, 2));
            }
            case "Tanh" -> activation(name, ActivationFunction.TANH);
            case "ReLU" -> activation(name, ActivationFunction.RELU);
            case "GELU" -> activation(name, ActivationFunction.GELU);
            default ->
                    throw new UnsupportedFeatureException(
                            "Layers of type "
                                    + type
                                    + " are not among this version's layers (Linear, Embedding,"
                                    + " LayerNorm, Conv1d, Conv2d, Conv3d, Attend, Experts,"
                                    + " Matrix).");
        }
    }

    private static Convolution convolution(int axes, JsonObject args) {
        ConvolutionSpec form =
                ConvolutionSpec.plain(axes)
                        .withStride(numbers(args, "stride", 1))
                        .withPadding(numbers(args, "padding", 0))
                        .withDilation(numbers(args, "dilation", 1))
                        .withGroups((int) numbers(args, "groups", 1)[0]);
        return new Convolution(
                form,
                args.get("in_channels").getAsLong(),
                args.get("out_channels").getAsLong(),
                Longs.asList(numbers(args, "kernel_size", 1)),
                !args.has("bias") || args.get("bias").getAsBoolean());
    }

    private static long[] numbers(JsonObject args, String key, long absent) {
        JsonElement value = args.get(key);
        if (value == null) {
            return new long[] {absent};
        }
        return value.isJsonArray()
                ? value.getAsJsonArray().asList().stream()
                        .mapToLong(JsonElement::getAsLong)
                        .toArray()
                : new long[] {value.getAsLong()};
    }

    private static NDArray meanFromThird(NDArray x) {
        return x.reshape(x.getShape().get(0), x.getShape().get(1), -1).mean(new int[] {2});
    }

    private void activation(String name, ActivationFunction function) {
        place(name, new Group());
        steps.add((pass, x) -> Ops.activate(function, x));
    }

    /** Puts a block at a dotted name, with groups for the steps before it. */
    private void place(String name, Block block) {
        int dot = name.lastIndexOf('.');
        if (dot < 0) {
            child(name, block);
        } else {
            group(name.substring(0, dot)).add(name.substring(dot + 1), block);
        }
    }

    private Group group(String path) {
        Group known = groups.get(path);
        if (known != null) {
            return known;
        }
        Group made = new Group();
        place(path, made);
        groups.put(path, made);
        return made;
    }

    @Override
    public ModelOutput forward(ModelInput input, AdapterPass pass) {
        NDArray x = input.get("x");
        if (x == null) {
            throw new IllegalArgumentException("The input has no array x.");
        }
        for (BiFunction<AdapterPass, NDArray, NDArray> step : steps) {
            x = step.apply(pass, x);
        }
        Map<String, NDArray> fields = new LinkedHashMap<>();
        NDArray labels = input.labels();
        if (labels != null) {
            fields.put(ModelOutput.LOSS, Ops.meanSquaredError(x, labels));
        }
        fields.put("output", x);
        return ModelOutput.of(fields);
    }

    @Override
    public Block block() {
        return this;
    }

    @Override
    public ModelInput toInput(NDList data, NDList labels) {
        ModelInput input = ModelInput.of(Map.of("x", data.get(0)));
        return labels.isEmpty() ? input : input.with(ModelInput.LABELS, labels.get(0));
    }

    @Override
    public NDList toList(ModelOutput output) {
        return new NDList(output.get("output").orElseThrow());
    }

    @Override
    public List<LayerSite> sites() {
        return sites;
    }

    @Override
    public Map<String, Parameter> parameters() {
        return weights;
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo("Net", "nets", null, null, null, null, ImmutableMap.of());
    }

    @Override
    public void close() {
        manager.close();
    }
}
