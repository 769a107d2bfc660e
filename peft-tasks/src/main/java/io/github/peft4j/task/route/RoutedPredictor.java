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

/** A DJL predictor whose model call goes through a router. */
final class RoutedPredictor<I, O> extends Predictor<I, O> {

    private final AdapterRouter router;
    private final String adapter;

    RoutedPredictor(AdapterRouter router, Model view, String adapter, Translator<I, O> translator) {
        super(view, translator, router.model().base().device(), false);
        this.router = router;
        this.adapter = adapter;
    }

    @Override
    protected NDList predictInternal(TranslatorContext ctx, NDList list) throws TranslateException {
        if (list.isEmpty()) {
            return new NDList(); // a translator that calls the model itself
        }
        BaseModel base = router.model().base();
        try {
            ModelOutput output = router.forward(adapter, base.toInput(list, new NDList()));
            return base.toList(output.withoutVirtualTokens());
        } catch (IOException e) {
            throw new TranslateException("Adapter '" + adapter + "': " + e.getMessage(), e);
        }
    }
}
