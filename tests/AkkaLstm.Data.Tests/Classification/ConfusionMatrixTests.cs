using AkkaLstm.Data.Classification;

namespace AkkaLstm.Data.Tests.Classification;

/// <summary>Figures of a classifier against what is counted by hand.</summary>
public sealed class ConfusionMatrixTests
{
    /// <summary>a: 5 right, 1 for b. b: 2 right, 3 for a. c: never predicted, 1 for a. d does not occur at all.</summary>
    private static ConfusionMatrix Example()
    {
        var confusion = new ConfusionMatrix(["a", "b", "c", "d"]);
        foreach ((int actual, int predicted, int count) in ((int, int, int)[])[(0, 0, 5), (0, 1, 1), (1, 1, 2), (1, 0, 3), (2, 0, 1)])
        {
            for (int i = 0; i < count; i++)
                confusion.Add(actual, predicted);
        }

        return confusion;
    }

    [Fact]
    public void Accuracy_Example_IsTheShareOnTheDiagonal()
    {
        Assert.Equal(12, Example().Total);
        Assert.Equal(7.0 / 12, Example().Accuracy, 12);
    }

    [Theory]
    [InlineData(0, 5.0 / 9, 5.0 / 6, 2.0 / 3, 6)]
    [InlineData(1, 2.0 / 3, 2.0 / 5, 0.5, 5)]
    [InlineData(2, 0, 0, 0, 1)]
    [InlineData(3, 0, 0, 0, 0)]
    public void Scores_EachClass_AreByTheirDefinition(int index, double precision, double recall, double f1, int support)
    {
        ClassScores scores = Example().Scores(index);

        Assert.Equal(precision, scores.Precision, 12);
        Assert.Equal(recall, scores.Recall, 12);
        Assert.Equal(f1, scores.F1, 12);
        Assert.Equal(support, scores.Support);
    }

    [Fact]
    public void MacroF1_ClassThatDoesNotOccur_IsLeftOut() =>
        Assert.Equal(((2.0 / 3) + 0.5 + 0) / 3, Example().MacroF1, 12);
}
