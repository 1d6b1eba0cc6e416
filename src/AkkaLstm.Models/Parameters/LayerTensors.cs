namespace AkkaLstm.Models.Parameters;

/// <summary>The tensors of one recurrent layer.</summary>
/// <param name="InputWeight">weight_ih, (4H, I).</param>
/// <param name="HiddenWeight">weight_hh, (4H, H).</param>
/// <param name="InputBias">bias_ih, (4H).</param>
/// <param name="HiddenBias">bias_hh, (4H).</param>
public sealed record LayerTensors(TensorInfo InputWeight, TensorInfo HiddenWeight, TensorInfo InputBias, TensorInfo HiddenBias);
