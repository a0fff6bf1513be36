namespace ProcessArsenal.Telemetry.Analysis.Categories;

/// <summary>What the file of an executable says of itself.</summary>
/// <param name="Runtime">As in <see cref="ProcessCategory.Runtime"/>.</param>
/// <param name="Evidence">Follows the name of the executable in a sentence: "was made by Go".</param>
public sealed record BinaryFacts(string Runtime, string Evidence);
