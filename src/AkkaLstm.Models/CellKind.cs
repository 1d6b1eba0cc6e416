using AkkaLstm.Models.Cells;

namespace AkkaLstm.Models;

/// <summary>
/// The recurrent cell of the stacked layers. docs/CELLS.md has their equations; the attribute names the class that
/// computes the cell. New kinds go to the end: files keep the names, but kinds are numbered from 0 without gaps.
/// </summary>
public enum CellKind
{
    /// <summary>Long short-term memory with forget gate, no peepholes (PyTorch's nn.LSTM).</summary>
    [Cell<RecurrentWindow<LstmCell<StandardLstm>>>]
    Lstm,

    /// <summary>Elman's recurrent network with tanh (PyTorch's nn.RNN).</summary>
    [Cell<RecurrentWindow<RnnCell<TanhActivation>>>]
    Rnn,

    /// <summary>The same with max(x, 0) (PyTorch's nn.RNN with nonlinearity relu).</summary>
    [Cell<RecurrentWindow<RnnCell<ReluActivation>>>]
    RnnRelu,

    /// <summary>Gated recurrent unit whose reset gate acts behind the product (PyTorch's nn.GRU).</summary>
    [Cell<RecurrentWindow<GruCell>>]
    Gru,

    /// <summary>Gated recurrent unit as first published: the reset gate acts on the operand of the product.</summary>
    [Cell<ResetBeforeGru>]
    GruOriginal,

    /// <summary>The first LSTM: a constant error carousel, no forget gate.</summary>
    [Cell<RecurrentWindow<LstmCell<CarouselLstm>>>]
    Lstm1997,

    /// <summary>LSTM whose forget gate is 1 - the input gate, no peepholes.</summary>
    [Cell<RecurrentWindow<LstmCell<CoupledLstm>>>]
    LstmCoupled,

    /// <summary>LSTM whose output is brought to a smaller size (PyTorch's nn.LSTM with proj_size).</summary>
    [Cell<RecurrentWindow<LstmCell<StandardLstm>>>]
    LstmProjected,

    /// <summary>
    /// LSTM whose gates see the state: the "vanilla" LSTM of Greff et al. 2015, whose ablations follow.
    /// </summary>
    [Cell<RecurrentWindow<LstmCell<PeepholeLstm>>>]
    LstmPeephole,

    /// <summary>lstm-peephole without input gate.</summary>
    [Cell<RecurrentWindow<LstmCell<NoInputGateLstm>>>]
    LstmNig,

    /// <summary>lstm-peephole without forget gate.</summary>
    [Cell<RecurrentWindow<LstmCell<NoForgetGateLstm>>>]
    LstmNfg,

    /// <summary>lstm-peephole without output gate.</summary>
    [Cell<RecurrentWindow<LstmCell<NoOutputGateLstm>>>]
    LstmNog,

    /// <summary>lstm-peephole without input activation function.</summary>
    [Cell<RecurrentWindow<LstmCell<NoInputActivationLstm>>>]
    LstmNiaf,

    /// <summary>lstm-peephole without output activation function.</summary>
    [Cell<RecurrentWindow<LstmCell<NoOutputActivationLstm>>>]
    LstmNoaf,

    /// <summary>lstm-peephole with coupled input and forget gate.</summary>
    [Cell<RecurrentWindow<LstmCell<CoupledPeepholeLstm>>>]
    LstmCifg,

    /// <summary>Simple units that keep a learned share of their old output.</summary>
    [Cell<RecurrentWindow<LeakyCell>>]
    Leaky,

    /// <summary>LSTM with layer normalisation.</summary>
    [Cell<LayerNormLstm>]
    LstmLayernorm,

    /// <summary>lstm-peephole with full gate recurrence.</summary>
    [Cell<RecurrentWindow<LstmCell<FullGateLstm>>>]
    LstmFgr,

    /// <summary>LSTM whose state takes in the state of the layer below.</summary>
    [Cell<RecurrentWindow<DepthGatedLstm>>]
    LstmDepthGated,

    /// <summary>Simple units in modules with clocks of different speed.</summary>
    [Cell<RecurrentWindow<ClockworkCell>>]
    Clockwork,

    /// <summary>Echo state network: simple units whose parameters stay as they start.</summary>
    [Cell<RecurrentWindow<EchoStateCell>>]
    Esn,

    /// <summary>LSTMs along time and along depth that read each other's outputs.</summary>
    [Cell<RecurrentWindow<GridLstmCell>>]
    GridLstm,
}
