package io.github.peft4j.transformers.encoder;

import com.google.gson.JsonParser;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncoderConfigTest {

    private static EncoderConfig read(String keys) {
        String json = "{\"model_type\": \"bert\"" + (keys.isEmpty() ? "" : ", " + keys) + "}";
        PretrainedConfig config = PretrainedConfig.of(JsonParser.parseString(json), "test");
        return EncoderConfig.from(config, EncoderConfig.BASE);
    }

    @Test
    void absentKeysTakeTheDefaults() {
        Assertions.assertThat(read("")).isEqualTo(EncoderConfig.BASE);
    }

    @Test
    void readsBertsKeys() {
        EncoderConfig config =
                read(
                        "\"vocab_size\": 7, \"max_position_embeddings\": 9, \"type_vocab_size\": 0,"
                                + " \"pad_token_id\": 3, \"num_hidden_layers\": 2,"
                                + " \"hidden_size\": 6, \"num_attention_heads\": 3,"
                                + " \"intermediate_size\": 5, \"hidden_act\": \"relu\","
                                + " \"layer_norm_eps\": 0.5, \"hidden_dropout_prob\": 0.25,"
                                + " \"attention_probs_dropout_prob\": 0.125,"
                                + " \"initializer_range\": 0.75");

        EncoderSpec form = config.form();
        Assertions.assertThat(
                        new int[] {
                            config.vocabSize(),
                            config.maxPositions(),
                            config.typeVocabSize(),
                            config.padTokenId(),
                            form.layers(),
                            form.hiddenSize(),
                            form.heads(),
                            form.intermediateSize()
                        })
                .containsExactly(7, 9, 0, 3, 2, 6, 3, 5);
        Assertions.assertThat(form.activation().name()).isEqualTo("RELU");
        Assertions.assertThat(
                        new double[] {
                            form.normEps(),
                            form.hiddenDropout(),
                            form.attentionDropout(),
                            config.initializerRange()
                        })
                .containsExactly(0.5, 0.25, 0.125, 0.75);
    }

    @Test
    void aNullPaddingIdIsNone() {
        Assertions.assertThat(read("\"pad_token_id\": null").padTokenId()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"is_decoder", "add_cross_attention"})
    void refusesADecoder(String key) {
        Assertions.assertThatThrownBy(() -> read("\"" + key + "\": true"))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessage(
                        key
                                + " is true in config.json, but models of type bert are available"
                                + " as encoders alone. Set it to false (addConfigOverride), or take"
                                + " a decoder such as gpt2 or llama.");
        Assertions.assertThat(read("\"" + key + "\": false")).isEqualTo(EncoderConfig.BASE);
    }

    @Test
    void refusesPositionsThatItCannotCompute() {
        Assertions.assertThatThrownBy(() -> read("\"position_embedding_type\": \"relative_key\""))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("position_embedding_type 'relative_key'");
        Assertions.assertThat(read("\"position_embedding_type\": \"absolute\""))
                .isEqualTo(EncoderConfig.BASE);
    }

    @Test
    void refusesHeadsThatDoNotDivideTheHiddenSize() {
        Assertions.assertThatThrownBy(() -> read("\"hidden_size\": 10"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "hidden_size 10 does not split into num_attention_heads 12. Correct"
                                + " config.json.");
    }
}
