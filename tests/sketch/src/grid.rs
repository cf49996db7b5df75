//! Cells in columns and rows.

use crate::CELL;

/// How many cells something may move aside, which is what one more digit moves what is beside it.
const ASIDE: u32 = 2;

/// How many cells something may move up or down, which is what another font does.
const ABOVE: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grid<T> {
    pub(crate) columns: u32,
    pub(crate) rows: u32,
    /// Row by row.
    pub(crate) cells: Vec<T>,
}

impl<T: Copy> Grid<T> {
    /// The grid of a picture of this size.
    pub(crate) fn of(size: (u32, u32), cell: impl Fn(u32, u32) -> T) -> Self {
        Self::filled(size.0.div_ceil(CELL), size.1.div_ceil(CELL), cell)
    }

    fn filled(columns: u32, rows: u32, cell: impl Fn(u32, u32) -> T) -> Self {
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        Self { columns, rows, cells: cells.map(|(column, row)| cell(column, row)).collect() }
    }

    pub(crate) fn at(&self, column: u32, row: u32) -> T {
        self.cells[(row * self.columns + column) as usize]
    }

    /// A grid of the same size.
    pub(crate) fn map<U: Copy>(&self, cell: impl Fn(u32, u32) -> U) -> Grid<U> {
        Grid::filled(self.columns, self.rows, cell)
    }

    /// Calls `each` for the cells within this many columns and rows of a cell, and for the cell itself.
    pub(crate) fn around(&self, column: u32, row: u32, columns: u32, rows: u32, mut each: impl FnMut(T)) {
        for row in row.saturating_sub(rows)..=(row + rows).min(self.rows - 1) {
            for column in column.saturating_sub(columns)..=(column + columns).min(self.columns - 1) {
                each(self.at(column, row));
            }
        }
    }

    /// Whether the cell is so, or one that is at most [`ASIDE`] or [`ABOVE`] away.
    pub(crate) fn any_near(&self, column: u32, row: u32, is_so: impl Fn(T) -> bool) -> bool {
        let mut any = false;
        self.around(column, row, ASIDE, ABOVE, |cell| any = any || is_so(cell));
        any
    }
}

/// A group of cells that touch each other, by its box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cluster {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) right: u32,
    pub(crate) bottom: u32,
    /// How many cells it has.
    pub(crate) cells: u32,
}

impl Cluster {
    pub(crate) fn width(&self) -> u32 {
        self.right - self.left + 1
    }

    pub(crate) fn height(&self) -> u32 {
        self.bottom - self.top + 1
    }
}

impl Grid<bool> {
    /// The groups of cells that are true.
    pub(crate) fn clusters(&self) -> Vec<Cluster> {
        let mut left = self.clone();
        let mut clusters = Vec::new();
        for row in 0..self.rows {
            for column in 0..self.columns {
                if left.take(column, row) {
                    clusters.push(left.cluster_from(column, row));
                }
            }
        }
        clusters
    }

    /// Whether the cell was true; it is false afterwards.
    fn take(&mut self, column: u32, row: u32) -> bool {
        std::mem::take(&mut self.cells[(row * self.columns + column) as usize])
    }

    /// Takes the cells that are connected with this one.
    fn cluster_from(&mut self, column: u32, row: u32) -> Cluster {
        let mut cluster = Cluster { left: column, top: row, right: column, bottom: row, cells: 0 };
        let mut open = vec![(column, row)];
        while let Some((column, row)) = open.pop() {
            cluster.cells += 1;
            cluster.left = cluster.left.min(column);
            cluster.right = cluster.right.max(column);
            cluster.top = cluster.top.min(row);
            cluster.bottom = cluster.bottom.max(row);
            for row in row.saturating_sub(1)..=(row + 1).min(self.rows - 1) {
                for column in column.saturating_sub(1)..=(column + 1).min(self.columns - 1) {
                    if self.take(column, row) {
                        open.push((column, row));
                    }
                }
            }
        }
        cluster
    }
}
