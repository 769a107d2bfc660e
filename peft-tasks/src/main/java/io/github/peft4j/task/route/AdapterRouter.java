package io.github.peft4j.task.route;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Translator;
import com.google.common.base.Preconditions;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.store.LoadAdapterOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves many adapters over one base: each request names its own, from any number of threads.
 *
 * <p>Requests that wait at the same time share one batch, also with different adapters, where the
 * adapters allow that; others get a batch of their own. What is active in the model has no effect
 * here and is not changed. A row gets what it gets alone in a batch under its adapter, to rounding.
 *
 * <p>Adapters of folders are loaded when they are first asked for, and leave memory, those first
 * that were used longest ago, when their tensors outgrow the budget.
 */
public final class AdapterRouter implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(AdapterRouter.class);

    private final PeftModel model;
    private final ResidentAdapters adapters;
    private final WaitingRequests requests;
    private final long padding;
    private final Model view;

    /** Adapters that were found to act where rows cannot be told apart. */
    private final Set<String> apart = ConcurrentHashMap.newKeySet();

    private AdapterRouter(Builder builder) {
        model = builder.model;
        adapters =
                new ResidentAdapters(
                        model,
                        LoadAdapterOptions.builder()
                                .optOwnLabels(true)
                                .optRequireEffect(true)
                                .build(),
                        builder.memory);
        requests = new WaitingRequests(builder.maxRows, builder.maxBatches, this::run);
        padding =
                model.base().info().config().get("pad_token_id") instanceof Number id
                        ? id.longValue()
                        : 0;
        view = Model.newInstance("adapters", model.base().device(), Engines.PYTORCH);
        view.setBlock(model);
    }

    /** Serves this model, which stays open when the router closes. */
    public static Builder builder(PeftModel model) {
        return new Builder(model);
    }

    /**
     * Names the folder of an adapter; it is read when the name is first asked for. Its head may
     * have labels of its own. One that changes nothing is refused when it is read.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public void register(String name, Path folder) {
        adapters.register(name, folder);
    }

    /**
     * Forgets a folder's name at once; its adapter leaves memory when no request uses it any more.
     *
     * @throws IllegalArgumentException if no folder has the name
     */
    public void remove(String name) {
        adapters.remove(name);
        apart.clear(); // another adapter may come by the name
    }

    /**
     * Gives a registered name another folder: running requests end with the adapter they began
     * with, later ones get the new one.
     *
     * @throws IllegalArgumentException if no folder has the name
     */
    public void replace(String name, Path folder) {
        adapters.replace(name, folder);
        apart.clear();
    }

    /** Names that requests may use, besides {@link RowActivation#BASE}. */
    public Set<String> names() {
        return adapters.names();
    }

    /** Bytes of the tensors of registered adapters that are in memory now. */
    public long memory() {
        return adapters.bytes();
    }

    /**
     * Keeps an adapter in memory for work of several passes, as generation with {@code
     * Generator.of(model, Activation.of(lease.name()))} is.
     *
     * @throws IllegalArgumentException if the name is unknown
     * @throws IOException if its folder cannot be read
     */
    public AdapterLease lease(String name) throws IOException {
        return adapters.lease(name);
    }

    /**
     * Answers a call with an adapter, perhaps in one batch with others.
     *
     * @param name of an adapter, or {@link RowActivation#BASE}
     * @return in the manager of the input
     * @throws IllegalArgumentException if the name is unknown
     * @throws IOException if its folder cannot be read
     */
    public ModelOutput forward(String name, ModelInput input) throws IOException {
        try (AdapterLease lease = lease(name)) {
            return forward(lease, input);
        }
    }

    ModelOutput forward(AdapterLease lease, ModelInput input) {
        return requests.answer(Request.of(lease.name(), input));
    }

    /**
     * A predictor that always asks one adapter; any number of threads may use it. A call has one
     * adapter from its start to its end, also where another gets the name meanwhile.
     *
     * @param translator with the adapter's labels, see {@link #labels}
     * @throws IllegalArgumentException if the name is unknown
     */
    public <I, O> Predictor<I, O> predictor(String name, Translator<I, O> translator) {
        return new RoutedPredictor<>(this, view, name, translator);
    }

    /**
     * A predictor that asks the adapter which a property of its input names, as a server passes it
     * on; any number of threads may use it.
     *
     * @param property of the input, such as {@code adapter}; without it the base answers
     * @param translators makes the translator of a name, once for each registration
     */
    public Predictor<Input, Output> predictorByProperty(
            String property, Function<String, Translator<Input, Output>> translators) {
        return new PropertyPredictor(this, view, property, translators);
    }

    /**
     * The labels of an adapter's head in their order, as its passport names them.
     *
     * @throws IllegalArgumentException if the name is unknown
     * @throws IOException if its folder cannot be read
     */
    public List<String> labels(String name) throws IOException {
        try (AdapterLease lease = lease(name)) {
            List<String> own =
                    name.equals(RowActivation.BASE)
                            ? List.of()
                            : model.passport(lease.name()).labels();
            return own.isEmpty() ? model.base().labels() : own;
        }
    }

    PeftModel model() {
        return model;
    }

    /** Adapters whose requests get batches of their own, as far as that was found out. */
    Set<String> apart() {
        return apart;
    }

    /** Runs a batch of requests whose adapters are in memory. */
    private void run(List<Request> batch) {
        Map<Set<String>, List<Request>> shared = new LinkedHashMap<>();
        for (Request request : batch) {
            if (batch.size() > 1 && mayShare(request)) {
                shared.computeIfAbsent(
                                request.input().arrays().keySet(), names -> new ArrayList<>())
                        .add(request);
            } else {
                alone(request);
            }
        }
        shared.values().forEach(this::together);
    }

    private boolean mayShare(Request request) {
        if (!SharedBatch.takes(request.input()) || apart.contains(request.adapter())) {
            return false;
        }
        if (request.adapter().equals(RowActivation.BASE)) {
            return true;
        }
        AdapterSet adapter = model.adapter(request.adapter());
        return adapter.modelAdapter().isEmpty() && adapter.allowsMixedBatches();
    }

    private void together(List<Request> all) {
        if (all.size() == 1) {
            alone(all.get(0));
            return;
        }
        List<Request> sorted = new ArrayList<>(all);
        sorted.sort(Comparator.comparing(Request::adapter)); // neighbours are computed together
        SharedBatch batch = new SharedBatch(sorted);
        try (NDManager manager = Engines.newManager(model.base().device())) {
            batch.answer(model.forward(batch.input(manager, padding), batch.activation()));
        } catch (UnsupportedFeatureException e) {
            setApart(all);
            all.forEach(this::alone);
        } catch (RuntimeException e) {
            all.forEach(this::alone); // one of them is wrong: let it fail by itself
        }
    }

    /** Finds out which adapters cannot share a batch with the bare base; later ones do not try. */
    private void setApart(List<Request> requests) {
        Map<String, Request> firsts = new LinkedHashMap<>();
        requests.forEach(request -> firsts.putIfAbsent(request.adapter(), request));
        firsts.remove(RowActivation.BASE);
        for (Request request : firsts.values()) {
            Request base = Request.of(RowActivation.BASE, request.input());
            SharedBatch pair = new SharedBatch(List.of(request, base));
            try (NDManager manager = Engines.newManager(model.base().device())) {
                model.forward(pair.input(manager, padding), pair.activation());
            } catch (UnsupportedFeatureException e) {
                apart.add(request.adapter());
                logger.info(
                        "Requests for adapter '{}' get batches of their own: {}",
                        request.adapter(),
                        e.getMessage());
            }
        }
    }

    private void alone(Request request) {
        if (request.answer().isDone()) {
            return;
        }
        try {
            request.succeed(model.forward(request.input(), request.activation()));
        } catch (RuntimeException e) {
            request.fail(e);
        }
    }

    /** Frees what the router holds besides the model; adapters in memory stay in the model. */
    @Override
    public void close() {
        view.close();
    }

    /** Collects options; {@link #build} checks them. */
    public static final class Builder {

        private final PeftModel model;
        private long memory = Long.MAX_VALUE;
        private int maxRows = 64;
        private int maxBatches = 1;

        private Builder(PeftModel model) {
            this.model = model;
        }

        /** How many bytes the tensors of registered adapters may take; default without limit. */
        public Builder optMemory(long bytes) {
            Preconditions.checkArgument(
                    bytes >= 0, "The memory is %s bytes; give 0 or more.", bytes);
            memory = bytes;
            return this;
        }

        /** How many rows of waiting requests go into one batch; default 64. */
        public Builder optMaxBatchSize(int rows) {
            Preconditions.checkArgument(rows > 0, "The batch size is %s; give 1 or more.", rows);
            maxRows = rows;
            return this;
        }

        /**
         * How many batches may run at the same time; default 1, since a batch uses all cores of a
         * processor.
         */
        public Builder optConcurrentBatches(int count) {
            Preconditions.checkArgument(
                    count > 0, "The number of batches is %s; give 1 or more.", count);
            maxBatches = count;
            return this;
        }

        /** The router. */
        public AdapterRouter build() {
            return new AdapterRouter(this);
        }
    }
}
