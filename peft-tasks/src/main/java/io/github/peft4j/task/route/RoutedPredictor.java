package io.github.peft4j.task.route;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.model.ModelOutput;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A DJL predictor whose model call goes through a router. */
final class RoutedPredictor<I, O> extends Predictor<I, O> {

    private final AdapterRouter router;
    private final String adapter;

    /** The adapter of the call that runs in a thread. */
    @SuppressWarnings(
            "ThreadLocalUsage") // a call inside another's translator is another predictor's
    private final ThreadLocal<@Nullable AdapterLease> running = new ThreadLocal<>();

    RoutedPredictor(AdapterRouter router, Model view, String adapter, Translator<I, O> translator) {
        super(view, translator, router.model().base().device(), false);
        this.router = router;
        this.adapter = adapter;
    }

    @Override
    public List<O> batchPredict(List<I> inputs) throws TranslateException {
        try (AdapterLease lease = router.lease(adapter)) {
            return predict(lease, inputs);
        } catch (IOException e) {
            throw unreadable(adapter, e);
        }
    }

    static TranslateException unreadable(String adapter, IOException cause) {
        return new TranslateException("Adapter '" + adapter + "': " + cause.getMessage(), cause);
    }

    /** Asks an adapter that is kept in memory; several batches of inputs ask the same. */
    List<O> predict(AdapterLease lease, List<I> inputs) throws TranslateException {
        AdapterLease outer = running.get();
        running.set(lease);
        try {
            return super.batchPredict(inputs);
        } finally {
            if (outer == null) {
                running.remove();
            } else {
                running.set(outer);
            }
        }
    }

    @Override
    protected NDList predictInternal(TranslatorContext ctx, NDList list) {
        if (list.isEmpty()) {
            return new NDList(); // a translator that calls the model itself
        }
        AdapterLease lease = running.get();
        if (lease == null) {
            throw new IllegalStateException("A call without an adapter.");
        }
        BaseModel base = router.model().base();
        ModelOutput output = router.forward(lease, base.toInput(list, new NDList()));
        return base.toList(output.withoutVirtualTokens());
    }
}
