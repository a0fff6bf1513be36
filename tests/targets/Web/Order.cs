using System.Globalization;
using System.Text;

namespace Web;

/// <summary>What takes a little of the processor, as programs do.</summary>
internal static class Order
{
    private const int Lines = 20;

    public static string Text(int id)
    {
        var text = new StringBuilder();
        ulong number = (ulong)id;
        for (int line = 1; line <= Lines; line++)
        {
            number = (number * 6364136223846793005) + 1442695040888963407;
            text.Append(CultureInfo.InvariantCulture, $"{line}: {number % 9 + 1} of {number >> 44:x5}\n");
        }
        return text.ToString();
    }
}
