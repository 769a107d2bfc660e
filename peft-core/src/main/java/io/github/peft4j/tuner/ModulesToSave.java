package io.github.peft4j.tuner;

import ai.djl.nn.Parameter;
import com.google.common.collect.Iterables;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.adapter.set.Aliases;
import io.github.peft4j.adapter.set.ModuleCopy;
import io.github.peft4j.adapter.set.ParameterUses;
import io.github.peft4j.config.Bias;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ParameterUse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Copies of base parameters that an adapter trains and saves whole: heads and other modules, and
 * biases.
 *
 * @param set where they go
 * @param prefix what PEFT puts before a module's name in the file
 * @param saved paths of the modules
 */
public record ModulesToSave(
        AdapterSetBuilder set, BaseModel model, String prefix, List<String> saved) {

    /** Adds a trained copy of every parameter of the modules. */
    public void addCopies() {
        ParameterUses slots = new ParameterUses(model);
        addCopies(slots.named(), use -> copy(slots.shown(use)));
    }

    /**
     * The same with one copy for all that share a parameter. In the order of their names: the first
     * one's key is the one that a shared copy trains under.
     */
    void addTiedCopies() {
        ParameterUses slots = new ParameterUses(model);
        Map<Parameter, Parameter> copies = new HashMap<>();
        addCopies(
                new TreeMap<>(slots.named()),
                use -> copies.computeIfAbsent(use.parameter(), held -> copy(slots.shown(use))));
    }

    private void addCopies(
            Map<String, ParameterUse> named, Function<ParameterUse, Parameter> copies) {
        for (Map.Entry<String, ParameterUse> entry : named.entrySet()) {
            for (String module : saved) {
                if (entry.getKey().startsWith(module + ".")) {
                    Parameter copy = copies.apply(entry.getValue());
                    set.addSaved(
                            prefix + entry.getKey(),
                            entry.getValue(),
                            new ModuleCopy(module, copy));
                    break;
                }
            }
        }
    }

    /** Adds a trained copy of every bias that the rule names. */
    void addBiases(Bias rule, List<LayerSite> adapted) {
        if (rule == Bias.NONE) {
            return;
        }
        for (Map.Entry<String, Parameter> entry : model.parameters().entrySet()) {
            String key = entry.getKey();
            if (!key.equals("bias") && !key.endsWith(".bias")) {
                continue;
            }
            String path = key.equals("bias") ? "" : key.substring(0, key.length() - 5);
            String module = Iterables.find(saved, name -> key.startsWith(name + "."), null);
            boolean isAdapted = Iterables.any(adapted, site -> site.path().equals(path));
            if (module != null && rule == Bias.ALL) {
                addWrappedBias(key, module, entry.getValue());
            }
            if (module != null || (rule == Bias.ADAPTED_LAYERS && !isAdapted)) {
                continue;
            }
            String name = prefix + (isAdapted ? path + ".base_layer.bias" : key);
            set.addBias(name, entry.getValue(), copy(entry.getValue()));
        }
    }

    /**
     * A module that is saved whole has its biases in the file thrice: PEFT collects by name. It
     * leaves the adapter's name out where it stands before a key's last part, and nowhere else.
     */
    private void addWrappedBias(String key, String module, Parameter original) {
        String rest = key.substring(module.length() + 1);
        Parameter copy = set.tensor(prefix + key);
        String between = rest.contains(".") ? Aliases.ADAPTER_NAME : ".";
        set.addAlias(prefix + module + ".modules_to_save" + between + rest, copy);
        set.addAlias(prefix + module + ".original_module." + rest, original);
    }

    private static Parameter copy(Parameter original) {
        return InitialValue.copyOf(original).trained(original.getName());
    }
}
