namespace AkkaLstm.Models.Parameters;

/// <summary>The tensors of additive attention; D is the size of a layer's output, A that of the attention.</summary>
/// <param name="Query">W, (A, D).</param>
/// <param name="QueryBias">b, (A).</param>
/// <param name="Key">U, (A, D).</param>
/// <param name="Score">v, (1, A).</param>
public sealed record AttentionTensors(TensorInfo Query, TensorInfo QueryBias, TensorInfo Key, TensorInfo Score);
