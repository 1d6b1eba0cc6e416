namespace AkkaLstm.Cli.Output;

/// <summary>A grid of dots drawn with braille characters, two dots wide and four high in each cell.</summary>
internal sealed class BrailleCanvas(int columns, int rows)
{
    /// <summary>Dots across a cell.</summary>
    public const int DotsPerColumn = 2;

    /// <summary>Dots down a cell.</summary>
    public const int DotsPerRow = 4;

    private const char Blank = '\u2800';

    // Bit of the dot at (row, column) of a cell, as Unicode numbers them.
    private static readonly int[,] DotBits = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    private readonly int[,] _cells = new int[rows, columns];

    /// <summary>Dots across.</summary>
    public int DotWidth => columns * DotsPerColumn;

    /// <summary>Dots down.</summary>
    public int DotHeight => rows * DotsPerRow;

    /// <summary>The character of a cell; a space where nothing is drawn.</summary>
    public char this[int row, int column] =>
        _cells[row, column] == 0 ? ' ' : (char)(Blank + _cells[row, column]);

    /// <summary>Draws a straight line between two dots (x to the right, y down), ends included.</summary>
    public void Line(int x0, int y0, int x1, int y1)
    {
        int steps = Math.Max(Math.Abs(x1 - x0), Math.Abs(y1 - y0));
        for (int i = 0; i <= steps; i++)
        {
            double part = steps == 0 ? 0 : (double)i / steps;
            Dot((int)Math.Round(x0 + (part * (x1 - x0))), (int)Math.Round(y0 + (part * (y1 - y0))));
        }
    }

    private void Dot(int x, int y)
    {
        if (x >= 0 && x < DotWidth && y >= 0 && y < DotHeight)
            _cells[y / DotsPerRow, x / DotsPerColumn] |= DotBits[y % DotsPerRow, x % DotsPerColumn];
    }
}
