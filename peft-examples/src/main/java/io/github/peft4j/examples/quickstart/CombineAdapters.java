package io.github.peft4j.examples.quickstart;

import io.github.peft4j.PeftModel;
import io.github.peft4j.combine.EnergyReport;
import io.github.peft4j.combine.IntruderOptions;
import io.github.peft4j.combine.IntruderReport;
import io.github.peft4j.combine.LoraConversionOptions;
import io.github.peft4j.combine.WeightedAdapterOptions;
import java.io.IOException;
import java.nio.file.Path;

/** New adapters out of trained ones, and one adapter in the place of another. */
public final class CombineAdapters {

    private CombineAdapters() {}

    /** Makes one adapter of two. */
    public static EnergyReport add(PeftModel model) {
        // snippet: combine-add
        EnergyReport report =
                model.addWeightedAdapter(
                        "both",
                        WeightedAdapterOptions.builder()
                                .addAdapter("style", 0.7)
                                .addAdapter("facts", 0.5)
                                .optCombinationType("svd")
                                .optSvdRank(16)
                                .build());
        model.setAdapter("both");
        System.out.println(report); // what rank 16 left out, in all and by layer
        // end
        return report;
    }

    /** Writes an adapter of any method as LoRA. */
    public static EnergyReport convert(PeftModel model, Path lora) throws IOException {
        // snippet: combine-convert
        EnergyReport report =
                model.saveAsLora("default", lora, LoraConversionOptions.ofEnergy(0.99));
        // end
        return report;
    }

    /** Halves the rank of a LoRA. */
    public static EnergyReport shrink(PeftModel model) {
        // snippet: combine-shrink
        EnergyReport report =
                model.convertToLora("default", "small", LoraConversionOptions.ofRank(4));
        // end
        return report;
    }

    /** Takes some of what a LoRA disturbs out of it. */
    public static IntruderReport soften(PeftModel model) {
        // snippet: combine-intruders
        IntruderReport report =
                model.reduceIntruderDimension("default", "gentle", IntruderOptions.DEFAULT);
        model.setAdapter("gentle");
        System.out.println(report); // where there were intruders
        // end
        return report;
    }

    /** Serves the adapter of another folder under the same name. */
    public static void swap(PeftModel model, Path newer) throws IOException {
        // snippet: combine-swap
        model.hotswapAdapter(newer, "default");
        // end
    }
}
