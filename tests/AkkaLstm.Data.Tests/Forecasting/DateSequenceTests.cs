using AkkaLstm.Data.Forecasting;

namespace AkkaLstm.Data.Tests.Forecasting;

public sealed class DateSequenceTests
{
    [Theory]
    [InlineData("2013-10,2013-11", "2013-12,2014-01")]
    [InlineData("2013-09-30,2013-10-01", "2013-10-02,2013-10-03")]
    [InlineData("2020-01-31,2020-02-29,2020-03-31", "2020-04-30,2020-05-31")]
    [InlineData("2020-01-01,2020-04-01", "2020-07-01,2020-10-01")]
    [InlineData("2019/12/31 23:30:00,2020/01/01 00:00:00", "2020/01/01 00:30:00,2020/01/01 01:00:00")]
    [InlineData("2020-02-28T12:00:00Z,2020-02-29T12:00:00Z", "2020-03-01T12:00:00Z,2020-03-02T12:00:00Z")]
    public void Continue_RegularStep_GoesOnInTheSameForm(string labels, string expected) =>
        Assert.Equal(expected.Split(','), DateSequence.Continue(labels.Split(','), 2));

    [Theory]
    [InlineData("2020-01-01")]
    [InlineData("2020-01-01,2020-01-02,2020-01-04")]
    [InlineData("2020-01-02,2020-01-01")]
    [InlineData("2020-01-01,2020-01-01")]
    [InlineData("2020-01,2020-02-01")]
    [InlineData("first,second")]
    [InlineData("9999-11,9999-12")]
    public void Continue_NoRegularStep_IsNull(string labels) => Assert.Null(DateSequence.Continue(labels.Split(','), 2));

    [Theory]
    [InlineData("1749-01", true)]
    [InlineData("2020-13", false)]
    [InlineData("1749", false)]
    [InlineData("12.5", false)]
    [InlineData("", false)]
    public void IsDate_Cell_IsRecognised(string cell, bool expected) => Assert.Equal(expected, DateSequence.IsDate(cell));
}
